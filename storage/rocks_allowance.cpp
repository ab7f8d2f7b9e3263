#include <algorithm>

#include "storage/rocks_parts.h"

// The metered messages of each month. What webhooks announced is a number that accept() adds to
// without looking, since it must not wait for its neighbours; everything else is one record a
// bucket and month, changed under its stripe.
namespace belfry::storage {
namespace {

Result<Spending> stored(const Vault& vault, const Database::Access& access, Bucket bucket,
                        Month month) {
  auto record =
      vault.read(access, Family::allowance, keys::allowance(month, bucket), decode_spending);
  if (!record) return fail(record.error());
  Spending spending = record->value_or(Spending{});
  spending.bucket = bucket;
  spending.month = month;
  return spending;
}

Result<std::uint64_t> announced(const Database::Access& access, Bucket bucket, Month month) {
  if (bucket != Bucket::notifications) return std::uint64_t{0};
  const auto number = access.number(keys::announced(month));
  if (!number) return fail(number.error());
  return static_cast<std::uint64_t>(std::max<std::int64_t>(*number, 0));
}

/// `change` gets the stored record, and says whether it is to be written. Synced.
template <class Change>
Result<> update(Vault& vault, Bucket bucket, Month month, Change change) {
  auto access = vault.database().access();
  if (!access) return fail(access.error());
  const std::string key = keys::allowance(month, bucket);
  const auto held = vault.stripes().hold(Family::allowance, key);
  auto spending = stored(vault, *access, bucket, month);
  if (!spending) return fail(spending.error());
  const Result<bool> is_changed = change(*access, *spending);
  if (!is_changed) return fail(is_changed.error());
  if (!*is_changed) return {};
  auto batch = access->batch();
  vault.put(batch, Family::allowance, key, encode(*spending));
  return access->commit(batch, Durability::synced);
}

}  // namespace

Result<std::optional<Reservation>> RocksStore::reserve(Bucket bucket, std::uint64_t least,
                                                       std::uint64_t most, std::uint64_t ceiling,
                                                       WallTime at) {
  const Month month = month_of(at);
  std::optional<Reservation> reserved;
  const auto done = update(parts_->vault, bucket, month,
                           [&](const Database::Access& access, Spending& spending) -> Result<bool> {
                             const auto by_webhook = announced(access, bucket, month);
                             if (!by_webhook) return fail(by_webhook.error());
                             const std::uint64_t spent = spending.spent + *by_webhook;
                             const std::uint64_t left = spent < ceiling ? ceiling - spent : 0;
                             const std::uint64_t taken = std::min(left, most);
                             if (spending.is_closed(at) || left < least || taken == 0) return false;
                             spending.spent += taken;
                             reserved = Reservation{bucket, month, taken};
                             return true;
                           });
  if (!done) return fail(done.error());
  return reserved;
}

Result<> RocksStore::settle(const Reservation& reservation, std::uint64_t spent) {
  return update(parts_->vault, reservation.bucket, reservation.month,
                [&](const Database::Access& /*access*/, Spending& spending) -> Result<bool> {
                  spending.spent -= std::min(spending.spent, reservation.most);
                  spending.spent += spent;
                  return spent != reservation.most;
                });
}

Result<> RocksStore::close_bucket(Bucket bucket, Month month, const Closing& closing) {
  return update(parts_->vault, bucket, month,
                [&](const Database::Access& /*access*/, Spending& spending) -> Result<bool> {
                  spending.close(closing);
                  return true;
                });
}

Result<bool> RocksStore::mark_warned(Bucket bucket, Month month, int percent) {
  bool is_first = false;
  const auto done =
      update(parts_->vault, bucket, month,
             [&](const Database::Access& /*access*/, Spending& spending) -> Result<bool> {
               is_first = spending.warned_percent < percent;
               if (is_first) spending.warned_percent = percent;
               return is_first;
             });
  if (!done) return fail(done.error());
  return is_first;
}

Result<> RocksStore::mark_told(Bucket bucket, Month month, int percent) {
  return update(parts_->vault, bucket, month,
                [&](const Database::Access& /*access*/, Spending& spending) -> Result<bool> {
                  if (spending.told_percent >= percent) return false;
                  spending.told_percent = percent;
                  return true;
                });
}

Result<Spending> RocksStore::spending(Bucket bucket, Month month) {
  auto access = parts_->vault.database().access();
  if (!access) return fail(access.error());
  auto spending = stored(parts_->vault, *access, bucket, month);
  if (!spending) return spending;
  const auto by_webhook = announced(*access, bucket, month);
  if (!by_webhook) return fail(by_webhook.error());
  spending->spent += *by_webhook;
  return spending;
}

}  // namespace belfry::storage
