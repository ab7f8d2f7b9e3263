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
