#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sync/base/id.h"
#include "sync/base/time.h"
#include "sync/model/allowance.h"
#include "sync/model/change.h"
#include "sync/model/delivery.h"
#include "sync/model/sweep.h"

/// The bytes of every key in the store. No other file knows them.
///
/// Numbers are big endian, so that they sort as they count. A text is followed by 00 01 and has its
/// own zero bytes written as 00 FF: texts of any content sort as they compare, and no text can run
/// into the next part. Pure functions, safe from any thread.
namespace belfry::storage {

/// The column families. Dead letters keep the number of the family that they came from: add at the
/// end only.
enum class Family : std::uint8_t {
  meta,
  inbox,
  outbox,
  seen,
  deliveries,
  accounts,
  teams_index,
  chats,
  cursors,
  subscriptions,
  allowance,
  dead,
  access,
  journal,
};
inline constexpr std::array k_families = {
    Family::meta,      Family::inbox,       Family::outbox, Family::seen,    Family::deliveries,
    Family::accounts,  Family::teams_index, Family::chats,  Family::cursors, Family::subscriptions,
    Family::allowance, Family::dead,        Family::access, Family::journal};

/// The family's name on disk and in messages to administrators.
[[nodiscard]] const char* name_of(Family family);

/// Entries counted by the store as it writes, so that nobody has to walk over them.
enum class Counter : std::uint8_t { inbox, outbox, dead, connected };
inline constexpr std::size_t k_counters = 4;

namespace keys {

// meta: plain names
inline constexpr std::string_view k_schema = "schema";
inline constexpr std::string_view k_instance_id = "instance";
inline constexpr std::string_view k_key_ring = "keys";
inline constexpr std::string_view k_clean_shutdown = "clean";
inline constexpr std::string_view k_last_webhook = "webhook";
inline constexpr std::string_view k_reseal_position = "reseal";
inline constexpr std::string_view k_next_sequence = "top.sequence";
inline constexpr std::string_view k_traffic = "traffic";
inline constexpr std::string_view k_sweep_owed = "sweep.owed";
[[nodiscard]] std::string_view quiet_turn(QuietKind kind);
[[nodiscard]] std::string_view counter(Counter counter);
/// Counts the messages that metered subscriptions announced in `month`.
[[nodiscard]] std::string announced(Month month);

[[nodiscard]] std::string inbox(Sequence sequence);
[[nodiscard]] std::optional<Sequence> inbox_sequence(std::string_view key);

[[nodiscard]] std::string outbox(const DeliveryKey& key);
/// All keys of a lane are >= lane_begin and < lane_end.
[[nodiscard]] std::string lane_begin(const MattermostUserId& recipient);
[[nodiscard]] std::string lane_end(const MattermostUserId& recipient);
[[nodiscard]] std::optional<DeliveryKey> outbox_key(std::string_view key);

/// (hour of creation, 128 bits of SHA-256): what is asked for at the same time lies together, so
/// that ten million keys need no more cache than the last days' do.
[[nodiscard]] std::string seen(const Change& change);
/// The same for an edit, which is named by its time as well.
[[nodiscard]] std::string seen_edit(const MessageRef& ref, WallTime edited);
/// An edit or deletion that came when nobody had been told of its message.
[[nodiscard]] std::string passed_over(const MessageRef& ref);
/// A deletion of `ref` that was announced and not yet read, as seen() names it.
[[nodiscard]] std::string seen_deletion(const MessageRef& ref);
/// That the text of `ref` was hidden once.
[[nodiscard]] std::string withdrawn(const MessageRef& ref);

[[nodiscard]] std::string delivery(const MessageRef& ref, const MattermostUserId& recipient);
/// Prefix of all delivery() keys of a message.
[[nodiscard]] std::string deliveries_of(const MessageRef& ref);
/// Prefix of all delivery() keys of a chat.
[[nodiscard]] std::string deliveries_in(const ChatId& chat);
[[nodiscard]] std::optional<std::pair<MessageRef, MattermostUserId>> delivered(
    std::string_view key);

/// An account takes two keys: itself and its tokens, so that neither is rewritten with the other.
[[nodiscard]] std::string account(const MattermostUserId& user);
[[nodiscard]] std::string tokens(const MattermostUserId& user);
[[nodiscard]] bool is_account(std::string_view key);
/// Beyond all keys of `user`.
[[nodiscard]] std::string after_account(const MattermostUserId& user);
[[nodiscard]] std::string teams_index(const TeamsUserId& user);

[[nodiscard]] std::string chat(const ChatId& chat);
/// The least key that is greater than that of `chat`.
[[nodiscard]] std::string after_chat(const ChatId& chat);

[[nodiscard]] std::string cursor(const MattermostUserId& account, SweepRoute route);
/// Prefix of all cursor() keys of an account.
[[nodiscard]] std::string cursors_of(const MattermostUserId& account);

[[nodiscard]] std::string allowance(Month month, Bucket bucket);

[[nodiscard]] std::string subscription(const SubscriptionId& id);
[[nodiscard]] std::string certificate(const CertificateId& id);
inline constexpr std::string_view k_subscription_prefix = "s";
inline constexpr std::string_view k_certificate_prefix = "c";

/// (time, 64 bits of SHA-256 over where the entry stood): repeating a burial finds the same grave.
[[nodiscard]] std::string dead(WallTime since, Family family, std::string_view entry_key);
/// A dead letter's id is its key in hexadecimal.
[[nodiscard]] std::string dead_id(std::string_view key);
[[nodiscard]] std::optional<std::string> dead_key(std::string_view id);
[[nodiscard]] WallTime dead_since(std::string_view key);

/// (time, run of the service, count within the run): in the order of writing even within a
/// millisecond.
[[nodiscard]] std::string journal(WallTime at, std::uint32_t run, std::uint32_t count);

/// The least key that is greater than all that begin with `prefix`; empty when there is none.
[[nodiscard]] std::string after_prefix(std::string prefix);

}  // namespace keys
}  // namespace belfry::storage
