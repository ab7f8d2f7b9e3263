#include "storage/arrivals.h"

#include "storage/bytes.h"
#include "storage/records.h"

namespace belfry::storage {
namespace {

Change created(const ChatId& chat, const MessageId& message) {
  Change change;
  change.ref = {chat, message};
  return change;
}

/// Edits are told apart only after they were read (see RocksStore::plan), a summary is named by a
/// message that nobody had seen, and a chat may change again and again: none is known by its name.
std::string name_in_seen(const Change& change) {
  switch (change.kind) {
    case ChangeKind::created:
    case ChangeKind::deleted:
      return keys::seen(change);
    case ChangeKind::edited:
    case ChangeKind::summary:
    case ChangeKind::chat:
      break;
  }
  return {};
}

std::vector<std::string> names_of(const Arrivals::Brought& brought) {
  std::vector<std::string> names;
  names.reserve(brought.changes.size());
  for (const Change& change : brought.changes) names.push_back(name_in_seen(change));
  for (const OldMessages& old : brought.old) {
    for (const OldMessage& message : old.messages)
      names.push_back(keys::seen(created(old.chat, message.id)));
  }
  return names;
}

/// Tells subscriptions apart in a record of `seen`: FNV-1a. Two that collide cost one message too
/// few in the month's number.
std::uint32_t announcer(const SubscriptionId& subscription) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : subscription.text())
    hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return hash;
}

/// The record of a name in `seen` is the time it was first seen, and behind it the metered
/// subscriptions that announced it. False: this one stands there already.
bool add_announcer(std::string& record, std::uint32_t subscription) {
  std::string own;
  append_u32(own, subscription);
  for (std::size_t at = plain_record({}).size(); at + own.size() <= record.size(); at += own.size())
    if (record.compare(at, own.size(), own) == 0) return false;
  record += own;
  return true;
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
    if (changes_[i].metered_by.empty()) continue;
    if (const auto done = meter(changes_[i], names_[i]); !done) return done;
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
  if (seen_.contains(name)) return false;
  const auto is_known = access_.has(Family::seen, name);
  if (!is_known) return fail(is_known.error());
  if (!*is_known) seen_.emplace(name, plain_record(vault_.now()));
  return !*is_known;
}

Result<> Arrivals::meter(const Change& change, const std::string& name) {
  const Month month = change.metered_in;
  if (name.empty()) {
    ++metered_[month];  // each edit is another one
    return {};
  }
  std::string record;
  if (const auto held = seen_.find(name); held != seen_.end()) {
    record = held->second;
  } else {
    auto stored = access_.get(Family::seen, name);
    if (!stored) return fail(stored.error());
    // Dropped by its age a moment ago: nobody was told of it, and it was counted then.
    if (!*stored) return {};
    record = std::move(**stored);
  }
  if (!add_announcer(record, announcer(change.metered_by))) return {};
  seen_[name] = std::move(record);
  ++metered_[month];
  return {};
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
    const auto& [message, sender, line] = old.messages[i];
    summed_up_.push_back({old.chat, message});
    if (line) old_lines_.push_back(*line);
    const WallTime written = from_epoch_ms(static_cast<std::int64_t>(creation_order(message, now)));
    if (!summary) {
      summary = Change{{old.chat, message}, ChangeKind::summary, Source::reconciler, now};
      summary->missed = MissedMessages{0, written, written};
      summary->shown_to = old.shown_to;
    }
    summary->ref.message = message;
    ++summary->missed->count;
    summary->missed->last = written;
    summary->missed->each.push_back({written, sender});
  }
  if (!summary) return {};
  summaries_.push_back(std::move(*summary));
  return {};
}

std::vector<JournalRecord> Arrivals::lines() const {
  std::vector<JournalRecord> lines = old_lines_;
  for (const Change* change : unseen_) {
    if (change->line) lines.push_back(*change->line);
  }
  return lines;
}

void Arrivals::add_to(Database::Batch& batch) {
  for (const auto& [name, record] : seen_) batch.put(Family::seen, name, record);
  for (const auto& [month, messages] : metered_) batch.add(keys::announced(month), messages);
  std::vector<const Change*> entering = unseen_;
  for (const Change& summary : summaries_) entering.push_back(&summary);
  if (entering.empty()) return;
  taken_.emplace(sequences_, access_.next_sequence(), entering.size());
  std::uint64_t sequence = taken_->first();
  for (const Change* change : entering) {
    InboxEntry entry;
    entry.sequence = Sequence{sequence++};
    entry.change = *change;
    vault_.put(batch, Family::inbox, keys::inbox(entry.sequence), encode(entry));
  }
  batch.count(Counter::inbox, static_cast<std::int64_t>(entering.size()));
  batch.raise_next_sequence(sequence);
}

}  // namespace belfry::storage
