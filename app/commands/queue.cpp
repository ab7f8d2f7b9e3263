#include <vector>

#include <fmt/format.h>

#include "app/commands/admin_client.h"
#include "app/commands/command.h"
#include "net/json/json_view.h"

namespace belfry::app {
namespace {

Result<std::vector<std::string>> all_letters(AdminClient& client) {
  std::vector<std::string> ids;
  for (;;) {
    const auto body =
        client.get("/api/v1/dead?after=" + (ids.empty() ? std::string{} : ids.back()));
    if (!body) return fail(body.error());
    const auto json = net::JsonView::parse(*body);
    if (!json) return fail(json.error());
    const std::size_t before = ids.size();
    for (const net::JsonView letter : (*json)["dead_letters"]) ids.push_back(letter["id"].text());
    if (ids.size() == before) return ids;
  }
}

ExitCode act(const CommandContext& context, const std::string& id, const char* verb) {
  const auto client = AdminClient::open(context);
  if (!client) {
    complain(client.error());
    return ExitCode::failed;
  }
  std::vector<std::string> ids{id};
  if (id == "all") {
    auto found = all_letters(**client);
    if (!found) {
      complain(found.error());
      return ExitCode::failed;
    }
    ids = std::move(*found);
  }
  for (const std::string& one : ids) {
    if (const auto done = (*client)->post("/api/v1/dead/" + one + "/" + verb); !done) {
      complain(Error{done.error().kind, one + ": " + done.error().text, {}, 0, {}});
      return ExitCode::failed;
    }
  }
  if (context.prints_json) {
    fmt::print("{{\"{}\":{}}}\n", verb, ids.size());
  } else {
    fmt::print("{} {}\n", ids.size(), verb == std::string("retry") ? "put back" : "dropped");
  }
  return ExitCode::ok;
}

}  // namespace

ExitCode run_queue_show(const CommandContext& context) {
  return show(context, "/api/v1/queue", [](const net::JsonView& queue) {
    fmt::print("inbox   {}\noutbox  {} in {} lanes\n", queue["inbox_entries"].integer().value_or(0),
               queue["outbox_entries"].integer().value_or(0), queue["lanes"].integer().value_or(0));
    for (const net::JsonView lane : queue["first_lanes"]) {
      fmt::print("  {}  next try {}\n", lane["user"].text(), lane["next_try"].text());
    }
  });
}

ExitCode run_queue_dead(const CommandContext& context) {
  return show(context, "/api/v1/dead", [](const net::JsonView& answer) {
    for (const net::JsonView letter : answer["dead_letters"]) {
      fmt::print("{}  {}  {} {} of {} after {} tries\n    {}: {}\n", letter["id"].text(),
                 letter["since"].text(), letter["stage"].text(), letter["change"].text(),
                 letter["message"].text(), letter["attempts"].integer().value_or(0),
                 letter["reason"].text(), letter["last_error"].text());
    }
  });
}

ExitCode run_queue_retry(const CommandContext& context, const std::string& id) {
  return act(context, id, "retry");
}

ExitCode run_queue_drop(const CommandContext& context, const std::string& id) {
  return act(context, id, "drop");
}

ExitCode run_accounts_list(const CommandContext& context) {
  return show(context, "/api/v1/accounts", [](const net::JsonView& answer) {
    for (const net::JsonView account : answer["accounts"]) {
      const std::string swept = account["swept_to"].text();
      fmt::print(
          "{:<24} {:<36} {:<13} since {}  {}\n", account["username"].text(), account["mail"].text(),
          account["connected"].boolean().value_or(false) ? "connected" : "sign-in ended",
          account["connected_at"].text(), swept.empty() ? "not swept yet" : "swept up to " + swept);
    }
  });
}

}  // namespace belfry::app
