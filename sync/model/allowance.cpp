#include "sync/model/allowance.h"

namespace belfry {

const char* name_of(Bucket bucket) {
  switch (bucket) {
    case Bucket::notifications:
      return "notifications";
    case Bucket::exports:
      return "export";
  }
  return "";
}

const char* name_of(Refusal why) {
  switch (why) {
    case Refusal::other:
      return "other";
    case Refusal::capacity:
      return "capacity";
    case Refusal::billing:
      return "billing";
    case Refusal::licence:
      return "licence";
  }
  return "";
}

bool Spending::is_closed(WallTime at) const {
  return closed_at && at < closed_until.value_or(end_of(month));
}

void Spending::close(const Closing& closing) {
  ++refusals;
  const bool was_closed = is_closed(closing.at);
  if (!was_closed) closed_at = closing.at;
  if (was_closed && closing.until <= closed_until.value_or(end_of(month))) return;
  closed_until = closing.until;
  closed_by = closing.why;
}

Month month_of(WallTime at) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at)};
  return Month{day.year(), day.month()};
}

WallTime begin_of(Month month) {
  return std::chrono::sys_days{month / std::chrono::day{1}};
}

WallTime end_of(Month month) {
  return begin_of(month + std::chrono::months{1});
}

}  // namespace belfry
