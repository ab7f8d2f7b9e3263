#include <bit>

#include "storage/bytes.h"
#include "storage/fields.h"
#include "storage/records.h"

// Records of the reconciler: cursors, what a month has cost, what is usual.
namespace belfry::storage {
namespace {

// A tag never changes its meaning; see storage/fields.h.
namespace cursor_tag {
constexpr Tag k_account = 1, k_route = 2, k_watermark = 3, k_link = 4, k_round_began = 5;
}
namespace spending_tag {
constexpr Tag k_spent = 1, k_refusals = 2, k_closed_at = 3, k_warned_percent = 4,
              k_told_percent = 5, k_closed_until = 6, k_closed_by = 7;
}
namespace quiet_tag {
constexpr Tag k_after = 1, k_began = 2, k_read_from = 3, k_has_failed = 4, k_is_second = 5;
}
namespace traffic_tag {
constexpr Tag k_per_hour = 1, k_weeks = 2, k_counted_to = 3;
}

constexpr std::size_t k_number_bytes = sizeof(std::uint32_t);
constexpr std::size_t k_profile_bytes = TrafficProfile::k_hours * k_number_bytes;

std::uint32_t number_at(std::string_view bytes, std::size_t index) {
  return read_u32(bytes.substr(index * k_number_bytes));
}

}  // namespace

std::string encode(const SweepCursor& cursor) {
  namespace tag = cursor_tag;
  const auto& [account, route, watermark, link, round_began] = cursor;
  return FieldWriter{}
      .text(tag::k_account, account.text())
      .choice(tag::k_route, route)
      .time(tag::k_watermark, watermark)
      .text(tag::k_link, link)
      .time(tag::k_round_began, round_began)
      .take();
}

std::optional<SweepCursor> decode_cursor(std::string_view bytes) {
  namespace tag = cursor_tag;
  SweepCursor cursor;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_account:
        cursor.account = MattermostUserId{fields.text()};
        break;
      case tag::k_route:
        cursor.route = fields.choice(SweepRoute::delta);
        break;
      case tag::k_watermark:
        cursor.watermark = fields.time();
        break;
      case tag::k_link:
        cursor.link = fields.text();
        break;
      case tag::k_round_began:
        cursor.round_began = fields.time();
        break;
      default:
        break;
    }
  }
  return fields.if_sound(std::move(cursor));
}

std::string encode(const Spending& spending) {
  namespace tag = spending_tag;
  const auto& [bucket, month, spent, refusals, closed_at, closed_until, closed_by, warned_percent,
               told_percent] = spending;
  static_cast<void>(bucket);  // are the key
  static_cast<void>(month);
  return FieldWriter{}
      .number(tag::k_spent, static_cast<std::int64_t>(spent))
      .number(tag::k_refusals, static_cast<std::int64_t>(refusals))
      .time(tag::k_closed_at, closed_at)
      .number(tag::k_warned_percent, warned_percent)
      .number(tag::k_told_percent, told_percent)
      .time(tag::k_closed_until, closed_until)
      .choice(tag::k_closed_by, closed_by)
      .take();
}

std::optional<Spending> decode_spending(std::string_view bytes) {
  namespace tag = spending_tag;
  Spending spending;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_spent:
        spending.spent = static_cast<std::uint64_t>(fields.number());
        break;
      case tag::k_refusals:
        spending.refusals = static_cast<std::uint64_t>(fields.number());
        break;
      case tag::k_closed_at:
        spending.closed_at = fields.time();
        break;
      case tag::k_warned_percent:
        spending.warned_percent = static_cast<int>(fields.number());
        break;
      case tag::k_told_percent:
        spending.told_percent = static_cast<int>(fields.number());
        break;
      case tag::k_closed_until:
        spending.closed_until = fields.time();
        break;
      case tag::k_closed_by:
        spending.closed_by = fields.choice(k_last_refusal);
        break;
      default:
        break;
    }
  }
  return fields.if_sound(spending);
}

std::string encode(const QuietTurn& turn) {
  namespace tag = quiet_tag;
  const auto& [after, began, read_from, has_failed, is_second] = turn;
  return FieldWriter{}
      .text(tag::k_after, after.text())
      .time(tag::k_began, began)
      .time(tag::k_read_from, read_from)
      .number(tag::k_has_failed, has_failed ? 1 : 0)
      .number(tag::k_is_second, is_second ? 1 : 0)
      .take();
}

std::optional<QuietTurn> decode_quiet_turn(std::string_view bytes) {
  namespace tag = quiet_tag;
  QuietTurn turn;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_after:
        turn.after = ChatId{fields.text()};
        break;
      case tag::k_began:
        turn.began = fields.time();
        break;
      case tag::k_read_from:
        turn.read_from = fields.time();
        break;
      case tag::k_has_failed:
        turn.has_failed = fields.number() != 0;
        break;
      case tag::k_is_second:
        turn.is_second = fields.number() != 0;
        break;
      default:
        break;
    }
  }
  return fields.if_sound(std::move(turn));
}

std::string encode(const TrafficProfile& profile) {
  namespace tag = traffic_tag;
  std::string per_hour;
  for (const float each : profile.per_hour)
    append_u32(per_hour, std::bit_cast<std::uint32_t>(each));
  std::string weeks;
  for (const std::uint16_t each : profile.weeks) append_u32(weeks, each);
  return FieldWriter{}
      .text(tag::k_per_hour, per_hour)
      .text(tag::k_weeks, weeks)
      .time(tag::k_counted_to, profile.counted_to)
      .take();
}

std::optional<TrafficProfile> decode_traffic(std::string_view bytes) {
  namespace tag = traffic_tag;
  TrafficProfile profile;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_per_hour:
        if (fields.view().size() != k_profile_bytes) return std::nullopt;
        for (std::size_t i = 0; i < TrafficProfile::k_hours; ++i)
          profile.per_hour[i] = std::bit_cast<float>(number_at(fields.view(), i));
        break;
      case tag::k_weeks:
        if (fields.view().size() != k_profile_bytes) return std::nullopt;
        for (std::size_t i = 0; i < TrafficProfile::k_hours; ++i)
          profile.weeks[i] = static_cast<std::uint16_t>(number_at(fields.view(), i));
        break;
      case tag::k_counted_to:
        profile.counted_to = fields.time();
        break;
      default:
        break;
    }
  }
  return fields.if_sound(profile);
}

}  // namespace belfry::storage
