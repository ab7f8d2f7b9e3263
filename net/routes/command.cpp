#include <algorithm>

#include "net/json/json_view.h"
#include "net/mattermost/mattermost_json.h"
#include "net/routes/routes.h"

namespace belfry::net {
namespace {

HttpReply json(const std::string& body) {
  return {200, "application/json", body, {}};
}

/// For the person alone; Slack's markup in it means nothing.
HttpReply ephemeral(const std::string& text) {
  return json("{\"response_type\":\"ephemeral\",\"skip_slack_parsing\":true,\"text\":" +
              json_string(text) + "}");
}

/// Compares with every token, so that the time tells nothing of which one it was.
bool is_known(const std::vector<Secret>& tokens, const std::string& given) {
  int matches = 0;
  for (const Secret& token : tokens) matches += token.equals(given) ? 1 : 0;
  return matches > 0 && !given.empty();
}

HttpReply answer_command(const HttpIncoming& request, sync::Commands& commands,
                         const sync::Clock& clock, const std::vector<Secret>& tokens) {
  const Parameters form = parse_form(request.body);
  constexpr std::string_view k_scheme = "Token ";
  const std::string header = request.header("Authorization");
  const std::string from_header =
      header.starts_with(k_scheme) ? header.substr(k_scheme.size()) : std::string{};
  // An outgoing OAuth connection of the server replaces the header; the form's token stays.
  if (!is_known(tokens, from_header) && !is_known(tokens, value_of(form, "token"))) {
    return plain_reply(401, "unauthorized");
  }
  const MattermostUserId user{value_of(form, "user_id")};
  if (user.empty()) return plain_reply(400, "bad request");
  return ephemeral(commands.answer(user, value_of(form, "text"), clock.now()));
}

HttpReply answer_action(const HttpIncoming& request, sync::Commands& commands,
                        const sync::Clock& clock) {
  const auto body = JsonView::parse(request.body);
  if (!body) return plain_reply(400, "bad request");
  const MattermostUserId user{(*body)["user_id"].text()};
  const auto answer =
      commands.click(user, (*body)["context"][k_button_context].text(), clock.now());
  if (!answer) return json("{\"ephemeral_text\":\"This button is not for you.\"}");
  return json("{\"skip_slack_parsing\":true,\"ephemeral_text\":" + json_string(*answer) + "}");
}

}  // namespace

void add_command_routes(Router& router, sync::Commands& commands, const sync::Clock& clock,
                        std::vector<Secret> tokens) {
  router.add("POST", "/command",
             [&commands, &clock, tokens = std::move(tokens)](const HttpIncoming& request) {
               return answer_command(request, commands, clock, tokens);
             });
  router.add("POST", "/action", [&commands, &clock](const HttpIncoming& request) {
    return answer_action(request, commands, clock);
  });
}

}  // namespace belfry::net
