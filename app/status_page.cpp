#include "app/status_page.h"

#include <algorithm>

#include <fmt/format.h>

#include "net/routes/page.h"

namespace belfry::app {
namespace {

using net::escape_html;

constexpr std::string_view k_head = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10">
<title>Belfry</title>
<style>
:root { color-scheme: light dark; --ink: #1c2434; --soft: #5c6780; --paper: #f4f6fa; --card: #fff; --line: #e1e6ef; --good: #2f7d4f; --bad: #b3432f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf4; --soft: #9aa6bf; --paper: #12161f; --card: #1a202c; --line: #2a3242; --good: #63c088; --bad: #e8836d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
header { display: flex; align-items: baseline; gap: 1rem; margin-bottom: 1.5rem; }
h1 { margin: 0; font-size: 1.6rem; letter-spacing: -.01em; }
h2 { margin: 2.25rem 0 .75rem; font-size: 1.05rem; }
.state { font-weight: 600; color: var(--good); } .state.bad { color: var(--bad); }
.soft { color: var(--soft); }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; padding: 0; margin: 0; }
.numbers div { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: .9rem 1.1rem; }
dt { color: var(--soft); font-size: .875rem; } dd { margin: 0; font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.panel { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
td, th { text-align: left; padding: .55rem 1.1rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; } th { color: var(--soft); font-weight: 500; font-size: .875rem; }
td.time { white-space: nowrap; color: var(--soft); font-variant-numeric: tabular-nums; }
ul.reasons { background: var(--card); border: 1px solid var(--bad); border-radius: .75rem; margin: 0 0 1.25rem; padding: .9rem 1.1rem .9rem 2.2rem; }
</style>
</head>
<body><main>
)";

std::string number(const char* name, std::uint64_t value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, value);
}

std::string in_words(Duration duration) {
  const auto minutes = duration.count() / 60'000;
  if (minutes < 1) return fmt::format("{} s", duration.count() / 1000);
  if (minutes < 120) return fmt::format("{} min", minutes);
  if (minutes < 48 * 60) return fmt::format("{} h", minutes / 60);
  return fmt::format("{} days", minutes / (24 * 60));
}

std::string subscriptions_of(const StatusSnapshot& status, WallTime now) {
  std::string rows;
  for (const auto& one : status.subscriptions) {
    const std::string state =
        one.expires ? "expires in " + in_words(*one.expires - now) : "not there yet";
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"soft\">{}</td></tr>\n",
                        escape_html(one.resource), escape_html(state), escape_html(one.last_error));
  }
  if (rows.empty()) rows = "<tr><td class=\"soft\">none yet</td></tr>\n";
  const std::size_t others =
      status.overview.wanted - std::min(status.overview.wanted, status.subscriptions.size());
  if (others > 0)
    rows += fmt::format(
        "<tr><td class=\"soft\">and {} more; <code>belfry subscriptions</code> shows "
        "all</td></tr>\n",
        others);
  return "<p>" + escape_html(words_of(status.overview)) + "</p>\n<div class=\"panel\"><table>" +
         rows + "</table></div>\n";
}

std::string sweeps_of(const sync::ReconcilerStatus& sweeps, WallTime now) {
  std::string rows;
  const auto row = [&rows](const char* name, const std::string& value) {
    rows += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", name, escape_html(value));
  };
  if (sweeps.notifications_are_used_up)
    row("The month's notifications are used up", "sweeps have taken over until the next month");
  if (sweeps.running) row("Running now", name_of(*sweeps.running));
  if (sweeps.last) {
    row("Last", fmt::format("{} ago ({}): {} accounts, {} failed, {} messages found",
                            in_words(now - sweeps.last_ended), name_of(sweeps.last->trigger),
                            sweeps.last->accounts, sweeps.last->failed, sweeps.last->found));
  }
  if (sweeps.all_swept_to)
    row("Everybody looked through up to", in_words(now - *sweeps.all_swept_to) + " ago");
  row("Next, at the latest", "in " + in_words(std::max(sweeps.next - now, Duration{})));
  return "<div class=\"panel\"><table>" + rows + "</table></div>\n";
}

std::string allowance_of(const Result<std::vector<sync::BucketStatus>>& allowance) {
  if (!allowance) return "<p class=\"soft\">The allowance cannot be read.</p>\n";
  std::string rows;
  for (const auto& bucket : *allowance) {
    const std::string cap = bucket.cap ? std::to_string(*bucket.cap) : "any number";
    rows += fmt::format("<tr><td>{}</td><td>{} of {} spent</td><td class=\"soft\">{}</td></tr>\n",
                        name_of(bucket.spending.bucket), bucket.spending.spent, cap,
                        escape_html(prospect_of(bucket)));
  }
  return "<div class=\"panel\"><table>" + rows + "</table></div>\n";
}

std::string journal_of(const Result<std::vector<sync::JournalRecord>>& journal) {
  if (!journal) return "<p class=\"soft\">The journal cannot be read.</p>\n";
  std::string rows;
  for (const auto& record : *journal) {
    rows += fmt::format(
        "<tr><td class=\"time\">{}</td><td>{}</td><td class=\"soft\">{}</td></tr>\n",
        format_iso8601(record.at), escape_html(record.event), escape_html(record.detail));
  }
  if (rows.empty()) rows = "<tr><td class=\"soft\">nothing yet</td></tr>\n";
  return "<div class=\"panel\"><table>" + rows + "</table></div>\n";
}

}  // namespace

net::HttpReply status_page(const StatusSnapshot& status,
                           const Result<std::vector<sync::BucketStatus>>& allowance,
                           const Result<std::vector<sync::JournalRecord>>& journal, WallTime now) {
  const bool is_ready = status.reasons.empty();
  std::string body(k_head);
  body += fmt::format(
      "<header><h1>Belfry</h1><span class=\"state{}\">{}</span><span class=\"soft\">{} · up "
      "{}</span></header>\n",
      is_ready ? "" : " bad", is_ready ? "ready" : "not ready", escape_html(status.version),
      in_words(status.uptime));
  if (!is_ready) {
    body += "<ul class=\"reasons\">";
    for (const std::string& reason : status.reasons) body += "<li>" + escape_html(reason) + "</li>";
    body += "</ul>\n";
  }
  body += "<dl class=\"numbers\">\n" + number("Connected people", status.accounts_connected) +
          number("Inbox", status.inbox_entries) + number("Outbox", status.outbox_entries) +
          number("Dead letters", status.dead_letters) + "</dl>\n";
  body += fmt::format("<p class=\"soft\">Last webhook: {}</p>\n",
                      status.last_webhook ? in_words(now - *status.last_webhook) + " ago"
                                          : std::string("none yet"));
  body += "<h2>Subscriptions</h2>\n" + subscriptions_of(status, now);
  body += "<h2>Sweeps</h2>\n" + sweeps_of(status.reconciler, now);
  body += "<h2>Metered messages of this month</h2>\n" + allowance_of(allowance);
  body += "<h2>What happened last</h2>\n" + journal_of(journal);
  body += "</main></body></html>\n";
  net::HttpReply reply{200, "text/html; charset=utf-8", std::move(body), {}};
  reply.headers = {{"Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}};
  return reply;
}

}  // namespace belfry::app
