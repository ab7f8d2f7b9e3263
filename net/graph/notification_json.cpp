#include "net/graph/notification_json.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "net/json/ascii.h"
#include "net/json/json_view.h"

namespace belfry::net {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10;
  return std::nullopt;
}

/// Undoes percent-escapes; a percent sign that begins none stays.
std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      const auto high = hex_digit(text[at + 1]);
      const auto low = hex_digit(text[at + 2]);
      if (high && low) {
        out += static_cast<char>(*high * 16 + *low);
        at += 2;
        continue;
      }
    }
    out += text[at];
  }
  return out;
}

/// Walks over a path: names, each with its key in brackets or behind a slash.
class PathReader {
 public:
  explicit PathReader(std::string_view path) : rest_(path) {}

  /// The next name and the key in its brackets, if any.
  struct Step {
    std::string_view name;
    std::string_view key;
  };
  std::optional<Step> next() {
    while (rest_.starts_with('/')) rest_.remove_prefix(1);
    if (rest_.empty()) return std::nullopt;
    const std::size_t end = std::min(rest_.find_first_of("/("), rest_.size());
    Step step{rest_.substr(0, end), {}};
    rest_.remove_prefix(end);
    if (rest_.starts_with('(')) {
      constexpr std::size_t behind_opening = 2;  // in `(')` one quote would open and close
      const std::size_t close = rest_.find("')", behind_opening);
      if (!rest_.starts_with("('") || close == std::string_view::npos) return std::nullopt;
      step.key = rest_.substr(behind_opening, close - behind_opening);
      rest_.remove_prefix(close + 2);
    }
    return step;
  }

  /// The key of `step`, which may stand behind a slash.
  std::string_view key_of(const Step& step) {
    if (!step.key.empty()) return step.key;
    const auto key = next();
    return key ? key->name : std::string_view{};
  }

 private:
  std::string_view rest_;
};

/// Reads up to and with the chat; empty when there is none.
std::string_view key_of_chat(PathReader& reader) {
  auto step = reader.next();
  while (step && !same_without_case(step->name, "chats")) step = reader.next();
  return step ? reader.key_of(*step) : std::string_view{};
}

bool is_sound_id(std::string_view id, const NotificationPolicy& policy) {
  return !id.empty() && id.size() <= policy.max_id_bytes &&
         std::all_of(id.begin(), id.end(),
                     [](char c) { return c > ' ' && c < 0x7F && c != '/' && c != '\''; });
}

std::optional<ChangeKind> kind_of(std::string_view change_type) {
  if (same_without_case(change_type, "created")) return ChangeKind::created;
  if (same_without_case(change_type, "updated")) return ChangeKind::edited;
  if (same_without_case(change_type, "deleted")) return ChangeKind::deleted;
  return std::nullopt;
}

LifecycleKind lifecycle_kind_of(std::string_view event) {
  if (same_without_case(event, "reauthorizationRequired"))
    return LifecycleKind::reauthorization_required;
  if (same_without_case(event, "subscriptionRemoved")) return LifecycleKind::subscription_removed;
  if (same_without_case(event, "missed")) return LifecycleKind::missed;
  return LifecycleKind::other;
}

/// The validation tokens of a body, and how many copies may still be made of them.
class SharedTokens {
 public:
  SharedTokens(const JsonView& list, const NotificationPolicy& policy)
      : budget_(policy.max_copied_bytes) {
    for (const JsonView each : list) {
      if (total_ + each.raw().size() > policy.max_token_bytes) {
        budget_ = 0;
        tokens_.clear();
        return;
      }
      total_ += each.raw().size();
      tokens_.push_back(each.text());
    }
  }

  std::optional<std::vector<std::string>> copy() {
    if (total_ > budget_ || budget_ == 0) return std::nullopt;
    budget_ -= total_;
    return tokens_;
  }

 private:
  std::vector<std::string> tokens_;
  std::size_t total_ = 0;
  std::size_t budget_;
};

std::optional<EncryptedResource> resource_of(const JsonView& content, const TenantId& tenant,
                                             SharedTokens& tokens) {
  if (!content.is_object()) return std::nullopt;
  auto own_tokens = tokens.copy();
  if (!own_tokens) return std::nullopt;
  return EncryptedResource{
      content["data"].text(),    content["dataSignature"].text(),
      content["dataKey"].text(), CertificateId(content["encryptionCertificateId"].text()),
      *std::move(own_tokens),    tenant};
}

std::optional<Notification> notification_of(const JsonView& entry, SharedTokens& tokens,
                                            const NotificationPolicy& policy) {
  auto kind = kind_of(entry["changeType"].text());
  auto ref = message_of_path(entry["resource"].text(), policy);
  if (!ref) ref = message_of_path(entry["resourceData"]["@odata.id"].text(), policy);
  if (!ref) {
    auto chat = chat_of_path(entry["resource"].text(), policy);
    if (!chat) chat = chat_of_path(entry["resourceData"]["@odata.id"].text(), policy);
    if (chat && kind) {
      ref = MessageRef{*std::move(chat), {}};
      kind = ChangeKind::chat;
    }
  }
  Notification notification;
  notification.subscription = SubscriptionId(entry["subscriptionId"].text());
  if (!kind || !ref || notification.subscription.empty()) return std::nullopt;
  notification.client_state = Secret(entry["clientState"].text());
  notification.tenant = TenantId(lower_case(entry["tenantId"].text()));
  notification.ref = *std::move(ref);
  notification.kind = *kind;
  notification.resource = resource_of(entry["encryptedContent"], notification.tenant, tokens);
  return notification;
}

std::optional<LifecycleNotification> lifecycle_of(const JsonView& entry) {
  LifecycleNotification lifecycle;
  lifecycle.subscription = SubscriptionId(entry["subscriptionId"].text());
  if (lifecycle.subscription.empty()) return std::nullopt;
  lifecycle.client_state = Secret(entry["clientState"].text());
  lifecycle.tenant = TenantId(lower_case(entry["tenantId"].text()));
  lifecycle.kind = lifecycle_kind_of(entry["lifecycleEvent"].text());
  return lifecycle;
}

/// Appends `read` if there is one, else counts the entry as malformed.
template <class T>
void keep(std::optional<T> read, std::vector<T>& into, NotificationBatch& batch) {
  if (read) {
    into.push_back(*std::move(read));
  } else {
    ++batch.malformed;
  }
}

}  // namespace

std::optional<ChatId> chat_of_path(std::string_view path, const NotificationPolicy& policy) {
  const std::string plain = unescaped(path);
  PathReader reader(plain);
  const std::string_view chat = key_of_chat(reader);
  if (reader.next() || !is_sound_id(chat, policy)) return std::nullopt;
  return ChatId(std::string(chat));
}

std::optional<MessageRef> message_of_path(std::string_view path, const NotificationPolicy& policy) {
  const std::string plain = unescaped(path);
  PathReader reader(plain);
  const std::string_view chat = key_of_chat(reader);
  const auto step = reader.next();
  if (!step || !same_without_case(step->name, "messages")) return std::nullopt;
  const std::string_view message = reader.key_of(*step);
  if (reader.next() || !is_sound_id(chat, policy) || !is_sound_id(message, policy))
    return std::nullopt;
  return MessageRef{ChatId(std::string(chat)), MessageId(std::string(message))};
}

Result<NotificationBatch> notifications_from_json(std::string_view body,
                                                  const NotificationPolicy& policy) {
  const auto json = JsonView::parse(body, {.max_depth = policy.max_depth});
  if (!json) return fail(json.error());
  NotificationBatch batch;
  const JsonView value = (*json)["value"];
  if (!value.is_array()) {
    batch.malformed = 1;
    return batch;
  }
  SharedTokens tokens((*json)["validationTokens"], policy);
  for (const JsonView entry : value) {
    if (!entry.is_object()) {
      ++batch.malformed;
    } else if (entry["lifecycleEvent"].is_missing()) {
      keep(notification_of(entry, tokens, policy), batch.notifications, batch);
    } else {
      keep(lifecycle_of(entry), batch.lifecycle, batch);
    }
  }
  return batch;
}

}  // namespace belfry::net
