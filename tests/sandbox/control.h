#pragma once

#include <functional>
#include <map>
#include <shared_mutex>
#include <string>

#include "tests/sandbox/simulator_server.h"

namespace belfry::sandbox {

class Sandbox;

/// The C++ interface of the simulators as JSON over HTTP, for shell scripts and pages; routes in
/// README.md.
///
/// Promises  Persons are named by id, mail or name. Wrong input is answered 400 or 404 with
/// `{"error": …}`. Threads   All functions from any thread.
class ControlApi : public Simulator {
 public:
  using Handler = std::function<WebReply(const WebRequest&)>;

  explicit ControlApi(Sandbox& sandbox);

  WebReply answer(const WebRequest& request) override;
  [[nodiscard]] std::string operation(const WebRequest& request) const override;

  /// Adds or replaces a route: `POST /control/mattermost/users`. A path ending in `/*` takes
  /// everything below.
  void extend(const std::string& method_and_path, Handler handler);

 private:
  void add_people_routes();
  void add_message_routes();
  void add_service_routes();
  void add_world_routes();
  [[nodiscard]] Handler find(const std::string& method, const std::string& path) const;
  /// The id; empty when nobody is meant.
  [[nodiscard]] std::string person_id(const std::string& named) const;

  Sandbox& sandbox_;
  mutable std::shared_mutex mutex_;
  std::map<std::string, Handler> routes_;  // guarded by mutex_
};

}  // namespace belfry::sandbox
