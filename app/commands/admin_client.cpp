#include "app/commands/admin_client.h"

#include <cstdio>

#include "net/json/json_view.h"

namespace belfry::app {

Result<std::unique_ptr<AdminClient>> AdminClient::open(const CommandContext& context) {
  const auto config = load_config(context.config_path, context.environment);
  if (!config) return fail(config.error());
  std::unique_ptr<AdminClient> client(new AdminClient);
  auto http = net::HttpClient::open({}, client->clock_);
  if (!http) return fail(http.error());
  client->http_ = std::move(*http);
  client->base_ = "http://" + config->server.admin_listen;
  return client;
}

Result<std::string> AdminClient::get(const std::string& path) {
  net::HttpRequest request;
  request.url = base_ + path;
  return send(std::move(request));
}

Result<std::string> AdminClient::post(const std::string& path) {
  net::HttpRequest request;
  request.method = "POST";
  request.url = base_ + path;
  request.headers = {{"X-Belfry", "1"}};
  return send(std::move(request));
}

Result<std::string> AdminClient::send(net::HttpRequest request) {
  const auto answer = http_->send(request);
  if (!answer) {
    return fail(ErrorKind::transient, "the service does not answer on " + base_ +
                                          "; is it running? (" + answer.error().text + ")");
  }
  // Not ready is an answer too, with its reasons.
  const bool is_answer =
      answer->status == 200 || (answer->status == 503 && request.url.ends_with("/readyz"));
  if (is_answer) return answer->body;
  std::string why = "status " + std::to_string(answer->status);
  if (const auto json = net::JsonView::parse(answer->body)) {
    if (const std::string text = (*json)["error"].text(); !text.empty()) why = text;
  }
  return fail(answer->status == 404 ? ErrorKind::gone : ErrorKind::refused, why);
}

void complain(const Error& error) {
  std::fprintf(stderr, "belfry: %s\n", error.text.c_str());
}

}  // namespace belfry::app
