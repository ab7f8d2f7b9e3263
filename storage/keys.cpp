#include "storage/keys.h"

#include <cryptopp/sha.h>
#include <fmt/format.h>

#include "storage/bytes.h"

namespace belfry::storage {
namespace {

constexpr char k_escape = '\0';
constexpr char k_text_end = '\x01';
constexpr char k_escaped_zero = '\xFF';
constexpr std::size_t k_seen_hash_bytes = 16;
constexpr std::size_t k_dead_hash_bytes = 8;
constexpr std::size_t k_time_bytes = 8;
constexpr std::uint64_t k_ms_per_hour = 3'600'000;

void append_text(std::string& key, std::string_view text) {
  for (const char c : text) {
    key.push_back(c);
    if (c == k_escape) key.push_back(k_escaped_zero);
  }
  key.push_back(k_escape);
  key.push_back(k_text_end);
}

/// Takes one text from the front of `key`; none when it does not end.
std::optional<std::string> take_text(std::string_view& key) {
  std::string text;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] != k_escape) {
      text.push_back(key[i]);
      continue;
    }
    if (++i == key.size()) return std::nullopt;
    if (key[i] == k_text_end) {
      key.remove_prefix(i + 1);
      return text;
    }
    if (key[i] != k_escaped_zero) return std::nullopt;
    text.push_back(k_escape);
  }
  return std::nullopt;
}

/// Times before 1970 do not occur; one that does anyway sorts first.
std::uint64_t sortable(WallTime time) {
  const auto epoch_ms = to_epoch_ms(time);
  return epoch_ms < 0 ? 0 : static_cast<std::uint64_t>(epoch_ms);
}

std::string sha256(std::string_view text, std::size_t bytes) {
  CryptoPP::SHA256 hash;
  std::string digest(bytes, '\0');
  hash.Update(reinterpret_cast<const CryptoPP::byte*>(text.data()), text.size());
  hash.TruncatedFinal(reinterpret_cast<CryptoPP::byte*>(digest.data()), bytes);
  return digest;
}

std::string seen_key(std::uint64_t at_ms, std::string_view named) {
  std::string key;
  append_u32(key, static_cast<std::uint32_t>(at_ms / k_ms_per_hour));
  return key + sha256(named, k_seen_hash_bytes);
}

std::string named(const MessageRef& ref, ChangeKind kind) {
  std::string text(1, static_cast<char>(kind));
  append_text(text, ref.chat.text());
  append_text(text, ref.message.text());
  return text;
}

}  // namespace

const char* name_of(Family family) {
  switch (family) {
    case Family::meta:
      return "meta";
    case Family::inbox:
      return "inbox";
    case Family::outbox:
      return "outbox";
    case Family::seen:
      return "seen";
    case Family::deliveries:
      return "deliveries";
    case Family::accounts:
      return "accounts";
    case Family::teams_index:
      return "teams_index";
    case Family::chats:
      return "chats";
    case Family::cursors:
      return "cursors";
    case Family::subscriptions:
      return "subscriptions";
    case Family::allowance:
      return "allowance";
    case Family::dead:
      return "dead";
    case Family::access:
      return "access";
    case Family::journal:
      return "journal";
  }
  return "unknown";
}

namespace keys {

std::string_view counter(Counter counter) {
  switch (counter) {
    case Counter::inbox:
      return "count.inbox";
    case Counter::outbox:
      return "count.outbox";
    case Counter::dead:
      return "count.dead";
    case Counter::connected:
      return "count.connected";
  }
  return "count.unknown";
}

std::string announced(Month month) {
  return fmt::format("announced.{:04}-{:02}", static_cast<int>(month.year()),
                     static_cast<unsigned>(month.month()));
}

std::string inbox(Sequence sequence) {
  std::string key;
  append_u64(key, static_cast<std::uint64_t>(sequence));
  return key;
}

std::optional<Sequence> inbox_sequence(std::string_view key) {
  if (key.size() != sizeof(std::uint64_t)) return std::nullopt;
  return Sequence{read_u64(key)};
}

std::string lane_begin(const MattermostUserId& recipient) {
  std::string key;
  append_text(key, recipient.text());
  return key;
}

std::string lane_end(const MattermostUserId& recipient) {
  return after_prefix(lane_begin(recipient));
}

std::string outbox(const DeliveryKey& key) {
  std::string bytes = lane_begin(key.recipient);
  append_u64(bytes, key.due_order);
  append_text(bytes, key.ref.chat.text());
  append_text(bytes, key.ref.message.text());
  bytes.push_back(static_cast<char>(key.kind));
  return bytes;
}

std::optional<DeliveryKey> outbox_key(std::string_view key) {
  const auto recipient = take_text(key);
  if (!recipient || key.size() < sizeof(std::uint64_t)) return std::nullopt;
  const std::uint64_t due_order = read_u64(key);
  key.remove_prefix(sizeof(std::uint64_t));
  const auto chat = take_text(key);
  const auto message = chat ? take_text(key) : std::nullopt;
  if (!message || key.size() != 1) return std::nullopt;
  const auto kind = static_cast<unsigned char>(key[0]);
  if (kind > static_cast<unsigned char>(k_last_change_kind)) return std::nullopt;
  return DeliveryKey{MattermostUserId{*recipient}, due_order,
                     MessageRef{ChatId{*chat}, MessageId{*message}}, static_cast<ChangeKind>(kind)};
}

std::string seen(const Change& change) {
  return seen_key(creation_order(change.ref.message, WallTime{}), named(change.ref, change.kind));
}

std::string seen_edit(const MessageRef& ref, WallTime edited) {
  std::string text = named(ref, ChangeKind::edited);
  append_u64(text, sortable(edited));
  return seen_key(sortable(edited), text);
}

std::string passed_over(const MessageRef& ref) {
  // Like an edit, but of no time.
  return seen_key(creation_order(ref.message, WallTime{}), named(ref, ChangeKind::edited));
}

std::string seen_deletion(const MessageRef& ref) {
  return seen_key(creation_order(ref.message, WallTime{}), named(ref, ChangeKind::deleted));
}

std::string withdrawn(const MessageRef& ref) {
  // Like a deletion, but of another name.
  return seen_key(creation_order(ref.message, WallTime{}), named(ref, ChangeKind::deleted) + "w");
}

std::string deliveries_of(const MessageRef& ref) {
  std::string key = deliveries_in(ref.chat);
  append_text(key, ref.message.text());
  return key;
}

std::string deliveries_in(const ChatId& chat) {
  std::string key;
  append_text(key, chat.text());
  return key;
}

std::optional<std::pair<MessageRef, MattermostUserId>> delivered(std::string_view key) {
  const auto chat = take_text(key);
  const auto message = chat ? take_text(key) : std::nullopt;
  const auto recipient = message ? take_text(key) : std::nullopt;
  if (!recipient) return std::nullopt;
  return std::pair{MessageRef{ChatId{*chat}, MessageId{*message}}, MattermostUserId{*recipient}};
}

std::string_view quiet_turn(QuietKind kind) {
  switch (kind) {
    case QuietKind::told:
      return "quiet.told";
    case QuietKind::named:
      return "quiet.named";
  }
  return {};
}

std::string delivery(const MessageRef& ref, const MattermostUserId& recipient) {
  std::string key = deliveries_of(ref);
  append_text(key, recipient.text());
  return key;
}

std::string account(const MattermostUserId& user) {
  return lane_begin(user) + 'a';
}

std::string tokens(const MattermostUserId& user) {
  return lane_begin(user) + 't';
}

bool is_account(std::string_view key) {
  return !key.empty() && key.back() == 'a';
}

std::string after_account(const MattermostUserId& user) {
  return lane_end(user);
}

std::string teams_index(const TeamsUserId& user) {
  return user.text();
}

std::string chat(const ChatId& chat) {
  return chat.text();
}

std::string after_chat(const ChatId& chat) {
  return chat.text() + '\0';
}

std::string cursor(const MattermostUserId& account, SweepRoute route) {
  return cursors_of(account) + static_cast<char>(route);
}

std::string cursors_of(const MattermostUserId& account) {
  return lane_begin(account);
}

std::string allowance(Month month, Bucket bucket) {
  constexpr std::uint32_t months = 12;
  std::string key;
  append_u32(key, static_cast<std::uint32_t>(static_cast<int>(month.year())) * months +
                      static_cast<unsigned>(month.month()) - 1);
  key.push_back(static_cast<char>(bucket));
  return key;
}

std::string subscription(const SubscriptionId& id) {
  return std::string{k_subscription_prefix} + id.text();
}

std::string certificate(const CertificateId& id) {
  return std::string{k_certificate_prefix} + id.text();
}

std::string dead(WallTime since, Family family, std::string_view entry_key) {
  std::string key;
  append_u64(key, sortable(since));
  std::string where(name_of(family));
  where.push_back('\0');
  where.append(entry_key);
  return key + sha256(where, k_dead_hash_bytes);
}

std::string dead_id(std::string_view key) {
  return to_hex(key);
}

std::optional<std::string> dead_key(std::string_view id) {
  auto key = from_hex(id);
  if (key && key->size() != k_time_bytes + k_dead_hash_bytes) return std::nullopt;
  return key;
}

WallTime dead_since(std::string_view key) {
  return from_epoch_ms(static_cast<std::int64_t>(read_u64(key)));
}

std::string journal(WallTime at, std::uint32_t run, std::uint32_t count) {
  std::string key;
  append_u64(key, sortable(at));
  append_u32(key, run);
  append_u32(key, count);
  return key;
}

std::string after_prefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xFF') prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

}  // namespace keys
}  // namespace belfry::storage
