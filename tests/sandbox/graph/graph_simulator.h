#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <Poco/JSON/Object.h>

#include "tests/sandbox/clock.h"
#include "tests/sandbox/directory.h"
#include "tests/sandbox/entra/token_authority.h"
#include "tests/sandbox/graph/allowance.h"
#include "tests/sandbox/graph/courier.h"
#include "tests/sandbox/graph/file_store.h"
#include "tests/sandbox/graph/rate_limits.h"
#include "tests/sandbox/graph/render.h"
#include "tests/sandbox/graph/route.h"
#include "tests/sandbox/graph/sealer.h"
#include "tests/sandbox/graph/settings.h"
#include "tests/sandbox/graph/subscription_book.h"
#include "tests/sandbox/graph/world.h"
#include "tests/sandbox/request_log.h"
#include "tests/sandbox/simulator_server.h"
#include "tests/sandbox/timetable.h"

namespace belfry::sandbox {

/// Whether an act in Teams raises notifications. `no`: the webhook is missed, as after an outage.
enum class Announce { yes, no };

/// What a message has besides its text. JSON texts stand in the answers as they are.
struct MessageOptions {
  std::string content_type = "html";
  std::string importance = "normal";
  std::string subject = {};  ///< empty: null
  std::string attachments_json = "[]";
  std::string mentions_json = "[]";
  std::string policy_violation_json = "null";
  std::string from_json = {};              ///< instead of the sender, e.g. a bot
  std::vector<HostedContent> hosted = {};  ///< `src="hosted:0"` in the text shows the first one
  std::vector<std::string> files = {};     ///< content URLs of add_file(), attached as references
  std::int64_t created_ms = 0;             ///< 0: now
  Announce announce = Announce::yes;
  Damage damage = Damage::none;
};

struct PresenceState {
  std::string availability = "Offline";
  std::string activity = "Offline";
};

/// Microsoft Graph, the part that chats need: reads, exports, files, presence, subscriptions and
/// their notifications.
///
/// Promises  Statuses, codes, limits and times are those of Graph's documentation, each named in
/// GraphSettings. Threads   All functions from any thread.
class GraphSimulator : public Simulator {
 public:
  GraphSimulator(SandboxClock& clock, Directory& directory, TokenAuthority& authority,
                 FaultPlan& webhook_faults, RequestLog& log, GraphSettings settings = {});
  ~GraphSimulator() override;

  WebReply answer(const WebRequest& request) override;
  [[nodiscard]] std::string operation(const WebRequest& request) const override;
  /// Ends the delivery of notifications; requests are still answered.
  void stop() { courier_.stop(); }
  bool take_over(Poco::Net::HTTPServerRequest& request,
                 Poco::Net::HTTPServerResponse& response) override;

  [[nodiscard]] GraphSettings settings() const { return *current_settings(); }
  void change_settings(const std::function<void(GraphSettings&)>& change);

  // The people and what they do in Teams. Functions that name a message return false when it is
  // unknown.
  std::string add_person(Person person) { return directory_.add_person(std::move(person)); }
  std::string create_chat(ChatKind kind, const std::string& topic,
                          const std::vector<std::string>& members);
  std::string create_chat(const World::NewChat& chat);
  /// The message's id; empty when the chat is unknown.
  std::string post_message(const std::string& chat, const std::string& sender,
                           const std::string& html, const MessageOptions& options = {});
  /// A message in the shape of a GET answer, such as a fixture; id and times are given anew.
  std::string post_json(const std::string& chat, const Poco::JSON::Object& message,
                        Announce announce = Announce::yes);
  bool edit_message(const std::string& chat, const std::string& message, const std::string& html,
                    Announce announce = Announce::yes);
  /// An edit that also takes the file of this content URL out of the message, or adds it.
  bool edit_without_file(const std::string& chat, const std::string& message,
                         const std::string& html, const std::string& content_url);
  bool edit_with_file(const std::string& chat, const std::string& message, const std::string& html,
                      const std::string& content_url);
  bool delete_message(const std::string& chat, const std::string& message,
                      Announce announce = Announce::yes);
  bool undelete_message(const std::string& chat, const std::string& message);
  /// "null" lets go what was blocked.
  bool set_policy_violation(const std::string& chat, const std::string& message,
                            const std::string& json);
  bool react(const std::string& chat, const std::string& message, const std::string& person,
             const std::string& emoji);
  bool purge_message(const std::string& chat, const std::string& message) {
    return world_.purge(chat, message);
  }
  /// Each raises a system event, as Teams does.
  bool add_member(const std::string& chat, const std::string& person, const std::string& by);
  bool remove_member(const std::string& chat, const std::string& person, const std::string& by);
  bool rename_chat(const std::string& chat, const std::string& topic, const std::string& by);
  /// A member without an account: listed without `userId`.
  bool add_anonymous_guest(const std::string& chat, const std::string& name);
  /// This person has read everything up to now.
  bool mark_read(const std::string& chat, const std::string& person);
  void set_presence(const std::string& person, const std::string& availability,
                    const std::string& activity);
  [[nodiscard]] PresenceState presence_of(const std::string& person) const;
  /// Returns the content URL for MessageOptions::files.
  std::string add_file(const std::string& owner, DriveFile file);

  // Notifications.
  /// Announces a message once more, whatever happened: duplicates, forgeries.
  bool announce(const std::string& chat, const std::string& message, ChangeKind kind,
                Damage damage = Damage::none);
  [[nodiscard]] std::vector<SubscriptionPtr> subscriptions() const;
  /// Deletes it at Microsoft's side and sends `subscriptionRemoved`.
  bool remove_subscription(const std::string& id, Announce announce = Announce::yes);
  /// It is gone, without a word.
  bool expire_subscription(const std::string& id);
  /// The hour of its access right is over now.
  bool expire_access(const std::string& id);
  bool send_lifecycle(const std::string& id, const std::string& event);
  [[nodiscard]] WebhookStats webhook_stats() const { return courier_.stats(); }
  [[nodiscard]] EndpointHealth::State endpoint_health(const std::string& url) const {
    return courier_.health(url);
  }
  [[nodiscard]] bool wait_until_quiet(std::chrono::milliseconds real_limit) {
    return courier_.wait_until_quiet(real_limit);
  }
  void forget_validation_tokens() { sealer_.forget_tokens(); }

  /// `notifications` or `export`, in the present month.
  [[nodiscard]] std::int64_t spent(std::string_view bucket) const;
  void spend(std::string_view bucket, std::int64_t messages);
  /// All delta links given out so far answer 410.
  void expire_delta_links();

  [[nodiscard]] const World& world() const { return world_; }
  [[nodiscard]] std::string message_json(const std::string& chat, const std::string& message) const;

 private:
  struct Caller {
    TokenClaims claims;
    [[nodiscard]] bool is_app() const { return claims.kind == TokenClaims::Kind::app; }
    [[nodiscard]] bool may(std::string_view permission) const {
      return claims.permissions.contains(std::string(permission));
    }
  };
  struct Call {
    const WebRequest& request;
    const GraphRoute& route;
    const GraphSettings& settings;
    const Caller& caller;
    const std::string& base;  ///< `http://host:port`, for links
    std::int64_t now_ms = 0;
  };

  [[nodiscard]] std::shared_ptr<const GraphSettings> current_settings() const;
  [[nodiscard]] WebReply dispatch(const Call& call);
  [[nodiscard]] std::optional<WebReply> throttled(const Call& call);
  [[nodiscard]] WebReply refuse(const Call& call, int status, std::string_view code,
                                std::string_view message) const;
  [[nodiscard]] std::optional<WebReply> forbidden(const Call& call, std::string_view role,
                                                  std::string_view scope) const;
  [[nodiscard]] WebReply unauthorized(std::string_view message, std::string_view challenge) const;

  // routes_chats.cpp
  [[nodiscard]] std::optional<WebReply> no_access(const Call& call) const;
  [[nodiscard]] WebReply list_chats(const Call& call) const;
  [[nodiscard]] WebReply get_chat(const Call& call) const;
  [[nodiscard]] WebReply list_members(const Call& call) const;
  // routes_messages.cpp
  [[nodiscard]] WebReply list_messages(const Call& call) const;
  [[nodiscard]] WebReply get_message(const Call& call) const;
  [[nodiscard]] WebReply list_hosted_contents(const Call& call) const;
  [[nodiscard]] WebReply get_hosted_content(const Call& call) const;
  // routes_export.cpp
  [[nodiscard]] std::optional<WebReply> export_refused(const Call& call);
  [[nodiscard]] WebReply get_all_messages(const Call& call);
  [[nodiscard]] WebReply delta(const Call& call);
  // routes_files.cpp
  [[nodiscard]] WebReply drive_item(const Call& call);
  [[nodiscard]] WebReply download(const WebRequest& request, const std::string& token) const;
  // routes_people.cpp
  [[nodiscard]] WebReply me(const Call& call) const;
  [[nodiscard]] WebReply presence(const Call& call) const;
  [[nodiscard]] WebReply application(const Call& call) const;
  [[nodiscard]] WebReply batch(const Call& call);
  // routes_subscriptions.cpp
  [[nodiscard]] WebReply create_subscription(const Call& call);
  [[nodiscard]] WebReply list_subscriptions(const Call& call) const;
  [[nodiscard]] WebReply get_subscription(const Call& call) const;
  [[nodiscard]] WebReply renew_subscription(const Call& call);
  [[nodiscard]] WebReply reauthorize_subscription(const Call& call);
  [[nodiscard]] WebReply delete_subscription(const Call& call);
  [[nodiscard]] std::optional<WebReply> refused_resource(const Call& call,
                                                         const Subscription& wanted) const;
  [[nodiscard]] static std::string_view read_wanted(const Call& call,
                                                    const Poco::JSON::Object& body,
                                                    Subscription& wanted);
  [[nodiscard]] std::optional<WebReply> handshake(const Call& call, const std::string& url);

  // notify.cpp
  void notify(const std::optional<WorldChange>& change, Damage damage = Damage::none);
  void notify_of_chat(const std::string& chat, ChangeKind kind);
  void notify_one(const SubscriptionPtr& subscription, const WorldChange& change,
                  const std::shared_ptr<const std::string>& resource, Damage damage);
  void post_system_event(const std::string& chat, const std::string& detail_json);
  void keep_house();
  void remind(const Subscription& subscription, std::int64_t now_ms);

  SandboxClock& clock_;
  Directory& directory_;
  TokenAuthority& authority_;
  FaultPlan& webhook_faults_;
  RequestLog& log_;
  World world_;
  FileStore files_;
  Allowance allowance_;
  RateLimiter limiter_;
  SubscriptionBook book_;
  Sealer sealer_;
  std::atomic<std::int64_t> delta_links_valid_from_{0};

  mutable std::mutex settings_mutex_;
  std::shared_ptr<const GraphSettings> settings_;  // guarded by settings_mutex_

  mutable std::mutex mutex_;
  std::map<std::string, PresenceState, std::less<>> presence_;  // guarded by mutex_
  std::uint64_t presence_changes_ = 0;                          // guarded by mutex_

  Courier courier_;
  Timetable timetable_;
};

}  // namespace belfry::sandbox
