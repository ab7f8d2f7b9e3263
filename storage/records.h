#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/keys.h"
#include "sync/model/account.h"
#include "sync/model/allowance.h"
#include "sync/model/change.h"
#include "sync/model/chat.h"
#include "sync/model/delivery.h"
#include "sync/model/file.h"
#include "sync/model/subscription.h"
#include "sync/model/sweep.h"
#include "sync/port/store.h"

/// What lies inside the seals: the model's structs as fields (storage/fields.h), both ways. What
/// the key of a record says already is taken from there. The readers return none for bytes that are
/// no such record. Pure functions.
namespace belfry::storage {

[[nodiscard]] std::string encode(const InboxEntry& entry);
[[nodiscard]] std::optional<InboxEntry> decode_inbox(Sequence sequence, std::string_view bytes);

[[nodiscard]] std::string encode(const OutboxEntry& entry);
[[nodiscard]] std::optional<OutboxEntry> decode_outbox(const DeliveryKey& key,
                                                       std::string_view bytes);

/// Parts of the records around.
[[nodiscard]] std::string encode(const PlannedFile& file);
[[nodiscard]] std::optional<PlannedFile> decode_planned_file(std::string_view bytes);
[[nodiscard]] std::string encode(const FileState& state);
[[nodiscard]] std::optional<FileState> decode_file_state(std::string_view bytes);
[[nodiscard]] std::string encode(const DeliveredFile& file);
[[nodiscard]] std::optional<DeliveredFile> decode_delivered_file(std::string_view bytes);

[[nodiscard]] std::string encode(const Delivery& delivery);
[[nodiscard]] std::optional<Delivery> decode_delivery(std::string_view bytes);

[[nodiscard]] std::string encode(const Account& account);
[[nodiscard]] std::optional<Account> decode_account(std::string_view bytes);
[[nodiscard]] std::string encode(const AccountTokens& tokens);
[[nodiscard]] std::optional<AccountTokens> decode_tokens(std::string_view bytes);

[[nodiscard]] std::string encode(const Chat& chat);
[[nodiscard]] std::optional<Chat> decode_chat(std::string_view bytes);

[[nodiscard]] std::string encode(const Subscription& subscription);
[[nodiscard]] std::optional<Subscription> decode_subscription(std::string_view bytes);
[[nodiscard]] std::string encode(const EncryptionCertificate& certificate);
[[nodiscard]] std::optional<EncryptionCertificate> decode_certificate(std::string_view bytes);

[[nodiscard]] std::string encode(const sync::JournalRecord& record);
[[nodiscard]] std::optional<sync::JournalRecord> decode_journal(std::string_view bytes);

[[nodiscard]] std::string encode(const SweepCursor& cursor);
[[nodiscard]] std::optional<SweepCursor> decode_cursor(std::string_view bytes);
[[nodiscard]] std::string encode(const Spending& spending);
[[nodiscard]] std::optional<Spending> decode_spending(std::string_view bytes);
[[nodiscard]] std::string encode(const QuietTurn& turn);
[[nodiscard]] std::optional<QuietTurn> decode_quiet_turn(std::string_view bytes);
[[nodiscard]] std::string encode(const TrafficProfile& profile);
[[nodiscard]] std::optional<TrafficProfile> decode_traffic(std::string_view bytes);

/// A dead letter with what it takes to bring it back.
struct Grave {
  /// `entry` = the entry as its own record, opened; `raw` = a damaged one, sealed as it was found.
  enum class Form : std::uint8_t { entry, raw };
  DeadLetter letter;  ///< without id and since, which the key tells
  Family family = Family::inbox;
  std::string entry_key;
  Form form = Form::entry;
  std::string content;
};
[[nodiscard]] std::string encode(const Grave& grave);
[[nodiscard]] std::optional<Grave> decode_grave(std::string_view key, std::string_view bytes);

}  // namespace belfry::storage
