#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/time.h"
#include "sync/model/change.h"

namespace belfry {

/// By which of Graph's routes a sweep reads. Source: design, "Reconciler".
enum class SweepRoute : std::uint8_t {
  list = 0,  ///< the account's chats, then the messages of those that moved; unmetered
  delta = 1  ///< all messages of the account since a kept link; metered as export
};
[[nodiscard]] const char* name_of(SweepRoute route);

/// Why a sweep was made.
enum class SweepTrigger : std::uint8_t {
  start,             ///< no webhook was taken since the last one before the start
  lifecycle,         ///< Graph removed a subscription, asked late, or named notifications missed
  new_subscription,  ///< one was made anew after a gap
  silence,           ///< nothing comes although it should by this hour
  schedule,          ///< `reconcile.interval`
  exhausted,         ///< the month's notifications are used up: sweeps take over
  person,            ///< `/msteams sync`
  administrator,     ///< `belfry reconcile`
};
[[nodiscard]] const char* name_of(SweepTrigger trigger);
/// Notifications may be missing: unlike what happens on a schedule, or because somebody asks.
[[nodiscard]] bool is_incident(SweepTrigger trigger);

/// How far one account was swept by one route. Only a sweep moves it, and never before what it
/// found is in the inbox.
struct SweepCursor {
  MattermostUserId account;
  SweepRoute route = SweepRoute::list;
  /// All that changed up to then is in the inbox.
  WallTime watermark;
  /// `delta`: the next or delta link, byte for byte as Graph gave it; empty: none is held.
  std::string link;
  /// `delta`: when the round began whose pages are being read; becomes the watermark at its end.
  WallTime round_began;

  friend bool operator==(const SweepCursor&, const SweepCursor&) = default;
};

/// Messages of one chat that are too old to be posted one by one: those of them that nobody has
/// seen yet become one change of kind `summary`.
struct OldMessage {
  MessageId id;
  TeamsUserId sender{};                 ///< empty: nobody's of Teams
  std::optional<JournalRecord> line{};  ///< see Change::line
};
struct OldMessages {
  ChatId chat;
  std::vector<OldMessage> messages;  ///< in order of creation
  MattermostUserId shown_to{};       ///< see Change::shown_to
};

/// Chats that did not move are read in turn, for their edits and for what no list shows.
enum class QuietKind : std::uint8_t {
  told = 0,  ///< somebody was told of a message in it, in the last 35 days
  named = 1  ///< a webhook or a sweep named it once
};

/// How far a turn through all quiet chats of one kind has come, in order of id.
struct QuietTurn {
  ChatId after;             ///< the last one that was read; empty: the turn begins
  WallTime began;           ///< the turn did
  WallTime read_from;       ///< since then none of them was read
  bool has_failed = false;  ///< one could not be read in this turn
  bool is_second = false;   ///< reads from as far back as the turn before, in which one failed

  friend bool operator==(const QuietTurn&, const QuietTurn&) = default;
};

/// How many notifications come in which hour of the week (UTC, 0 = Monday 00:00): what is usual.
struct TrafficProfile {
  static constexpr std::size_t k_hours = std::size_t{7} * 24;
  std::array<float, k_hours> per_hour{};       ///< smoothed over the weeks
  std::array<std::uint16_t, k_hours> weeks{};  ///< how often the hour was seen in full
  WallTime counted_to;                         ///< begin of the first hour that is not counted yet

  friend bool operator==(const TrafficProfile&, const TrafficProfile&) = default;
};

}  // namespace belfry
