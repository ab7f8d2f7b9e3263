#pragma once

#include <string>

#include "tests/sandbox/company.h"
#include "tests/sandbox/crypto.h"
#include "tests/sandbox/sandbox.h"
#include "tests/sandbox/time_text.h"
#include "tests/sandbox_tests/http.h"

namespace belfry::sandbox::test {

/// A company, an app with its token, and a subscriber. Time stands still unless a test moves it.
struct GraphFixture {
  explicit GraphFixture(SandboxOptions options = {.scale = 0});

  [[nodiscard]] std::string url(const std::string& path) {
    return sandbox.graph_url() + "/v1.0" + path;
  }
  [[nodiscard]] std::string user_token(const std::string& person);
  [[nodiscard]] Response get_as_app(const std::string& path) { return get(url(path), app); }
  [[nodiscard]] std::string chat_path(const std::string& chat) const {
    return "/chats/" + percent_encode(chat);
  }

  struct Wanted {
    std::string resource = "/chats/getAllMessages";
    std::string change_type = "created,updated,deleted";
    std::chrono::minutes expiry{70 * 60};
    bool lifecycle = true;
    bool rich = false;
    std::string notification_url = {};
    std::string client_state = "our secret";
  };
  [[nodiscard]] std::string subscription_json(const Wanted& wanted);
  Response subscribe(const Wanted& wanted);
  Response subscribe() { return subscribe(Wanted{}); }
  /// Its id; the test fails when it is refused.
  std::string subscribed(const Wanted& wanted);
  std::string subscribed() { return subscribed(Wanted{}); }
  Response renew(const std::string& id, std::chrono::minutes expiry = std::chrono::minutes{4'200});

  void advance(std::chrono::milliseconds by) { sandbox.clock().advance(by); }
  [[nodiscard]] GraphSimulator& graph() { return sandbox.graph(); }
  /// Waits until the sandbox has nothing to send any more.
  [[nodiscard]] bool quiet() { return graph().wait_until_quiet(std::chrono::seconds{30}); }
  void unlimited() {
    graph().change_settings([](GraphSettings& s) { s.rate_limits = false; });
  }

  Sandbox sandbox;
  Company company;
  Receiver receiver;
  std::string app;
  PrivateKey key;
  std::string certificate;
};

}  // namespace belfry::sandbox::test
