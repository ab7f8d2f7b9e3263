#include "sync/policy/allowance_words.h"

#include <algorithm>

namespace belfry::sync {
namespace {

constexpr const char* k_what_to_do =
    "\n\nWhat you can do:\n"
    "- `teams.subscribe = \"chats\"` listens to the chats of connected people one by one, which "
    "Microsoft does not count.\n"
    "- `teams.payment_model = \"B\"`, with an Azure subscription linked to the app registration, "
    "has no such limit.\n"
    "- Or wait for the new month. `belfry allowance` shows how far this one has come.";

std::string in_words(Duration duration) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(duration).count();
  if (minutes < 1) return "minute";
  if (minutes == 60) return "hour";
  if (minutes % 60 == 0) return std::to_string(minutes / 60) + " hours";
  return minutes == 1 ? "minute" : std::to_string(minutes) + " minutes";
}

std::string spent_of(const AllowanceFacts& facts) {
  const std::string spent = std::to_string(facts.spending.spent);
  return facts.cap ? spent + " of the " + std::to_string(*facts.cap) : spent;
}

bool is_used_up(const AllowanceFacts& facts) {
  return facts.cap && facts.spending.spent >= *facts.cap;
}

std::string prospect(const AllowanceFacts& facts) {
  const WallTime end = end_of(facts.spending.month);
  const WallTime used_up = facts.cap ? used_up_by(facts.spending, *facts.cap, facts.now) : end;
  return used_up < end
             ? "If it goes on like this, the rest is used up about " + format_date(used_up) + "."
             : "If it goes on like this, the rest lasts until the month ends.";
}

std::string notifications_near(const AllowanceFacts& facts) {
  return "**The month's notifications at Microsoft are nearly used up: " + spent_of(facts) +
         ".**\n\nIn payment model `evaluation` Microsoft Graph announces so many chat messages a "
         "month (UTC), and then falls silent without an error. " +
         prospect(facts) +
         "\n\nNothing is missing now. Once they are used up, Belfry looks for new messages by "
         "itself every " +
         in_words(facts.exhausted_interval) +
         ", by a way that is not counted: each still comes, but later than now." + k_what_to_do;
}

std::string notifications_gone(const AllowanceFacts& facts) {
  return "**The month's notifications at Microsoft are used up: " + spent_of(facts) +
         ".**\n\nIn payment model `evaluation` Microsoft Graph announces no more chat messages "
         "until " +
         format_date(end_of(facts.spending.month)) +
         " (UTC).\n\nBelfry now looks for new messages by itself every " +
         in_words(facts.exhausted_interval) +
         ", by a way that is not counted: each still comes, but later than before. On " +
         format_date(end_of(facts.spending.month)) + " everything is as before by itself." +
         k_what_to_do;
}

std::string exports_near(const AllowanceFacts& facts) {
  return "**The month's exported messages at Microsoft are nearly used up: " + spent_of(facts) +
         ".**\n\nThey are what Belfry pays with where it reads missed messages by the metered way "
         "(`reconcile.route`). " +
         prospect(facts) + "\n\nThe last " + std::to_string(facts.incident_percent) +
         " % are kept for incidents, so routine sweeps now read chat by chat, which is not "
         "counted. Nothing is missing." +
         "\n\nWhat you can do: `reconcile.route = \"auto\"` or `\"list\"` spends nothing. "
         "`belfry allowance` shows how far the month has come.";
}

constexpr const char* k_instead =
    "Belfry reads missed messages chat by chat until then, which is not counted. Where that is "
    "refused, they wait.\n\nWhat you can do: ";
constexpr const char* k_unmetered =
    "`reconcile.route = \"list\"` spends nothing. `belfry allowance` shows how far the month has "
    "come.";

/// What ends it before the month does.
std::string mending(Refusal why) {
  switch (why) {
    case Refusal::billing:
      return "link an Azure subscription to the app registration "
             "(https://aka.ms/teams-api-payment-requirements); nothing has to be restarted. Or ";
    case Refusal::licence:
      return "assign the licence that payment model `A` wants to everybody who is connected, or "
             "take `teams.payment_model = \"B\"`. Or ";
    case Refusal::capacity:
    case Refusal::other:
      break;
  }
  return "";
}

std::string exports_refused(const AllowanceFacts& facts) {
  const Spending& spending = facts.spending;
  const WallTime end = end_of(spending.month);
  const WallTime until = spending.closed_until.value_or(end);
  const std::string reason = refusal_words(spending.closed_by);
  std::string words =
      "**Microsoft exports no more messages to Belfry.**\n\nMicrosoft Graph refused";
  words += reason.empty() ? " (402)" : " (402): " + reason;
  words += ". Belfry has counted " + spent_of(facts) + " of this month. ";
  words += until < end ? "It asks again once a day; this is written once a month."
                       : "This way is closed until " + format_date(end) + " (UTC).";
  return words + "\n\n" + k_instead + mending(spending.closed_by) + k_unmetered;
}

std::string exports_gone(const AllowanceFacts& facts) {
  return "**No more messages can be exported from Microsoft this month.**\n\n" + spent_of(facts) +
         " are used up; this way is closed until " + format_date(end_of(facts.spending.month)) +
         " (UTC).\n\n" + k_instead + k_unmetered;
}

}  // namespace

WallTime used_up_by(const Spending& spending, std::uint64_t cap, WallTime now) {
  const WallTime begin = begin_of(spending.month);
  const WallTime end = end_of(spending.month);
  if (spending.spent >= cap) return std::min(now, end);
  if (spending.spent == 0) return end;
  // The first day tells nothing yet.
  const Duration past_of_month = std::max<Duration>(now - begin, std::chrono::days{1});
  const double past = static_cast<double>(past_of_month.count());
  const double whole = past * static_cast<double>(cap) / static_cast<double>(spending.spent);
  // Compared before it is converted: it may be any length.
  if (whole >= static_cast<double>((end - begin).count())) return end;
  return std::max(now, begin + Duration{static_cast<Duration::rep>(whole)});
}

std::string refusal_words(Refusal why) {
  switch (why) {
    case Refusal::capacity:
      return "the capacity of Evaluation mode is used up";
    case Refusal::billing:
      return "no Azure subscription is linked to the app registration";
    case Refusal::licence:
      return "somebody has not the licence that payment model A wants";
    case Refusal::other:
      break;
  }
  return "";
}

std::string allowance_words(const AllowanceFacts& facts) {
  const bool is_over = facts.percent >= 100;
  switch (facts.spending.bucket) {
    case Bucket::notifications:
      return is_over ? notifications_gone(facts) : notifications_near(facts);
    case Bucket::exports:
      if (!is_over) return exports_near(facts);
      return is_used_up(facts) ? exports_gone(facts) : exports_refused(facts);
  }
  return "";
}

}  // namespace belfry::sync
