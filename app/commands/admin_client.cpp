#include "app/commands/admin_client.h"

#include <cstdio>

#include <fmt/format.h>

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

ExitCode show(const CommandContext& context, const std::string& path,
              const std::function<void(const net::JsonView&)>& print,
              const std::function<ExitCode(const net::JsonView&)>& judge) {
  const auto client = AdminClient::open(context);
  const auto body = client ? (*client)->get(path) : Result<std::string>(fail(client.error()));
  const auto json = body ? net::JsonView::parse(*body) : Result<net::JsonView>(fail(body.error()));
  if (!json) {
    complain(json.error());
    return ExitCode::failed;
  }
  if (context.prints_json) {
    fmt::print("{}", *body);
  } else {
    print(*json);
  }
  return judge ? judge(*json) : ExitCode::ok;
}

ExitCode order(const CommandContext& context, const std::string& path, const std::string& words) {
  const auto client = AdminClient::open(context);
  const auto done = client ? (*client)->post(path) : Result<std::string>(fail(client.error()));
  if (!done) {
    complain(done.error());
    return ExitCode::failed;
  }
  fmt::print("{}", context.prints_json ? *done : words + "\n");
  return ExitCode::ok;
}

}  // namespace belfry::app
