#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/mattermost/server.h"
#include "tests/sandbox/web.h"

namespace belfry::sandbox::mattermost {

/// One request on its way to a handler.
struct Call {
  Server& server;
  const WebRequest& request;
  SettingsPtr settings;
  UserPtr user;  ///< null where no token is needed
  std::vector<std::string> arguments;

  /// The n-th placeholder of the path as an id; `me` is the caller. Refuses what is none.
  [[nodiscard]] std::string id(std::size_t n) const;
  [[nodiscard]] bool is_admin() const { return user && user->is_admin(); }
  void require_admin() const;
};

using Handler = WebReply (*)(const Call&);

enum class Access { token, anybody };
enum class Body {
  small,     ///< at most `MaximumPayloadSizeBytes`
  file,      ///< at most `MaxFileSize`
  streamed,  ///< never held in memory: such requests are taken over
};

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< below `/api/v4/`; `{}` stands for one part
  std::string_view operation;
  Handler handler;
  Access access = Access::token;
  Body body = Body::small;
};

struct RouteMatch {
  const Route* route = nullptr;
  std::vector<std::string> arguments;
};

/// `path` as received; `base_path` is taken off first.
[[nodiscard]] RouteMatch match_route(std::string_view method, std::string_view path,
                                     std::string_view base_path);
[[nodiscard]] WebReply status_ok();

}  // namespace belfry::sandbox::mattermost
