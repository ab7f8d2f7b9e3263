#include "storage/arrivals.h"

#include "storage/records.h"

namespace belfry::storage {
namespace {

Change created(const ChatId& chat, const MessageId& message) {
  Change change;
  change.ref = {chat, message};
  return change;
}

/// Edits are told apart only after they were read (see RocksStore::plan), and a summary is named by
/// a message that nobody had seen: neither is known by its name.
std::string name_in_seen(const Change& change) {
  switch (change.kind) {
    case ChangeKind::created:
    case ChangeKind::deleted:
      return keys::seen(change);
    case ChangeKind::edited:
    case ChangeKind::summary:
      break;
  }
  return {};
}

std::vector<std::string> names_of(const Arrivals::Brought& brought) {
  std::vector<std::string> names;
  names.reserve(brought.changes.size());
  for (const Change& change : brought.changes) names.push_back(name_in_seen(change));
  for (const OldMessages& old : brought.old) {
    for (const MessageId& message : old.messages)
      names.push_back(keys::seen(created(old.chat, message)));
  }
  return names;
}

Stripes::Held hold(Stripes& stripes, const std::vector<std::string>& names,
                   std::vector<Stripes::Key> keys) {
  for (const std::string& name : names) {
    if (!name.empty()) keys.push_back({Family::seen, name});
  }
  return stripes.hold(keys);
}

}  // namespace

Arrivals::Arrivals(Vault& vault, Sequences& sequences, Database::Access& access,
                   const Brought& brought)
    : vault_(vault),
      sequences_(sequences),
      access_(access),
      changes_(brought.changes),
      old_(brought.old),
      names_(names_of(brought)),
      held_(hold(vault.stripes(), names_, brought.locks_too)) {}

Result<> Arrivals::sort(WallTime now) {
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const auto is_unseen = is_new(names_[i]);
    if (!is_unseen) return fail(is_unseen.error());
    if (*is_unseen) {
      unseen_.push_back(&changes_[i]);
    } else {
      ++known_;
    }
  }
  std::size_t name = changes_.size();
  for (const OldMessages& old : old_) {
    if (const auto done = sum_up(old, name, now); !done) return done;
    name += old.messages.size();
  }
  return {};
}

Result<bool> Arrivals::is_new(const std::string& name) {
  if (name.empty()) return true;
  const auto is_known = access_.has(Family::seen, name);
  if (!is_known) return fail(is_known.error());
  return !*is_known && seen_now_.insert(name).second;
}

Result<> Arrivals::sum_up(const OldMessages& old, std::size_t first_name, WallTime now) {
  std::optional<Change> summary;
  for (std::size_t i = 0; i < old.messages.size(); ++i) {
    const auto is_unseen = is_new(names_[first_name + i]);
    if (!is_unseen) return fail(is_unseen.error());
    if (!*is_unseen) {
      ++known_;
      continue;
    }
    const MessageId& message = old.messages[i];
    const WallTime written = from_epoch_ms(static_cast<std::int64_t>(creation_order(message, now)));
    if (!summary) {
      summary = Change{{old.chat, message}, ChangeKind::summary, Source::reconciler, now};
      summary->missed = MissedMessages{0, written, written};
    }
    summary->ref.message = message;
    ++summary->missed->count;
    summary->missed->last = written;
  }
  if (!summary) return {};
  summed_up_ += static_cast<std::size_t>(summary->missed->count);
  summaries_.push_back(std::move(*summary));
  return {};
}

void Arrivals::add_to(Database::Batch& batch) {
  std::vector<const Change*> entering = unseen_;
  for (const Change& summary : summaries_) entering.push_back(&summary);
  if (entering.empty()) return;
  taken_.emplace(sequences_, access_.next_sequence(), entering.size());
  std::uint64_t sequence = taken_->first();
  std::map<Month, std::int64_t> metered;
  for (const Change* change : entering) {
    InboxEntry entry;
    entry.sequence = Sequence{sequence++};
    entry.change = *change;
    vault_.put(batch, Family::inbox, keys::inbox(entry.sequence), encode(entry));
    if (change->is_metered) ++metered[month_of(change->received)];
  }
  const std::string seen_now = plain_record(vault_.now());
  for (const std::string_view name : seen_now_) batch.put(Family::seen, name, seen_now);
  for (const auto& [month, messages] : metered) batch.add(keys::announced(month), messages);
  batch.count(Counter::inbox, static_cast<std::int64_t>(entering.size()));
  batch.raise_next_sequence(sequence);
}

}  // namespace belfry::storage
