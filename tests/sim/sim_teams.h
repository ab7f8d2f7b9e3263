#pragma once

#include <map>
#include <string>
#include <vector>

#include "sync/port/graph.h"
#include "sync/port/identity.h"
#include "sync/port/resource.h"
#include "sync/port/sweep.h"
#include "tests/sim/faults.h"

namespace belfry::sim {

/// Teams, Graph and Entra of one tenant as the engine sees them: people, chats, messages with their
/// versions. Rich content is "encrypted" by naming what it holds; true vectors are tested where the
/// real opener lives.
class SimTeams : public sync::GraphApi,
                 public sync::SweepApi,
                 public sync::IdentityApi,
                 public sync::ResourceOpener {
 public:
  struct Said {
    MessageRef ref;
    TeamsUserId sender;
    WallTime created;
    std::vector<WallTime> edits;
    std::optional<WallTime> deleted;
  };

  SimTeams(const sync::Clock& clock, Turbulence& turbulence)
      : clock_(clock), turbulence_(turbulence) {}

  void add_chat(const ChatId& chat, std::vector<TeamsUserId> members) {
    chats_[chat] = std::move(members);
  }
  void set_active(const TeamsUserId& user) { active_.push_back(user); }
  const Said& say(const ChatId& chat, const TeamsUserId& sender);
  void edit(const MessageRef& ref);
  void erase(const MessageRef& ref);

  /// How lists are cut and ordered, and what metered polls may cost in this world.
  struct Reading {
    std::size_t page = 50;
    bool orders_chats = true;
    std::optional<std::uint64_t> cap;  ///< of messages read by delta, in all
  };
  void read_as(const Reading& reading) { reading_ = reading; }
  /// Messages read by delta, each time they were.
  [[nodiscard]] std::uint64_t charged() const { return charged_; }

  /// The content of a rich notification of the message as it is now.
  [[nodiscard]] EncryptedResource seal(const MessageRef& ref) const;
  /// Content that claims to be of `ref` and is not from Microsoft.
  [[nodiscard]] static EncryptedResource forge(const MessageRef& ref);
  /// What the post must show: the message's mark and the number of its version.
  [[nodiscard]] static std::string words_of(const MessageRef& ref, std::size_t version);

  [[nodiscard]] const std::map<MessageRef, Said>& said() const { return said_; }
  [[nodiscard]] const std::vector<TeamsUserId>& members_of(const ChatId& chat) const {
    return chats_.at(chat);
  }

  Result<Message> message(const Secret& bearer, const MessageRef& ref) override;
  Result<Chat> chat(const Secret& bearer, const ChatId& chat) override;
  Result<sync::MemberPage> members(const Secret& bearer, const ChatId& chat,
                                   const std::string& link) override;
  Result<std::vector<sync::Presence>> presence(const Secret& bearer,
                                               std::span<const TeamsUserId> users) override;
  Result<sync::TeamsProfile> me(const Secret& bearer) override;
  Result<sync::RemoteSubscription> subscribe(const Secret& bearer,
                                             const sync::SubscriptionRequest& request) override;
  Result<std::vector<Result<sync::RemoteSubscription>>> renew(
      const Secret& bearer, std::span<const sync::Renewal> renewals, WallTime expires) override;
  Result<> unsubscribe(const Secret& bearer, const SubscriptionId& id) override;
  Result<std::vector<sync::RemoteSubscription>> list_subscriptions(const Secret& bearer) override;

  Result<sync::ChatListPage> chat_list(const Secret& bearer, const TeamsUserId& user,
                                       const std::string& link) override;
  Result<sync::MessagePage> messages_since(const Secret& bearer, const ChatId& chat, WallTime since,
                                           const std::string& link) override;
  Result<sync::DeltaPage> delta(const Secret& bearer, const TeamsUserId& user, WallTime since,
                                const std::string& link) override;

  std::string authorize_url(const sync::AuthorizeRequest& request) const override;
  std::string code_challenge(const Secret& verifier) const override;
  Result<sync::TokenGrant> app_token() override;
  Result<sync::TokenGrant> redeem_code(const Secret& code, const Secret& verifier,
                                       const std::string& redirect_uri) override;
  Result<sync::TokenGrant> refresh(const Secret& refresh_token) override;

  sync::TokenVerdict verify(const EncryptedResource& resource, WallTime received) const override;
  Result<Message> open(const EncryptedResource& resource,
                       const MessageRef& expected) const override;
  Result<Message> read(const Content& json, const MessageRef& expected) const override;
  Result<> fetch_signing_keys() override;
  Result<EncryptionCertificate> make_certificate(WallTime now) override;
  Result<> use_certificates(std::span<const EncryptionCertificate> certificates) override;

 private:
  [[nodiscard]] Message message_of(const Said& said, std::size_t version) const;
  [[nodiscard]] Message newest_of(const Said& said) const;
  [[nodiscard]] sync::FoundMessage found(const Said& said) const;
  [[nodiscard]] bool is_member(const ChatId& chat, const TeamsUserId& user) const;
  [[nodiscard]] sync::DeltaPage delta_page(const TeamsUserId& user, WallTime since,
                                           const std::string& link) const;

  const sync::Clock& clock_;
  Turbulence& turbulence_;
  std::map<ChatId, std::vector<TeamsUserId>> chats_;
  std::map<MessageRef, Said> said_;
  std::vector<TeamsUserId> active_;
  std::int64_t last_id_ = 0;
  int grants_ = 0;
  Reading reading_;
  std::uint64_t charged_ = 0;
};

}  // namespace belfry::sim
