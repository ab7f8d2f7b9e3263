#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace belfry::net {

/// Where a Microsoft cloud lives, and what is missing there. URLs have no slash at the end.
/// Source: reference page, "Clouds"; Graph, "national cloud deployments".
struct Cloud {
  std::string graph_url;
  std::string login_url;
  std::string teams_host;
  std::string resource;          ///< whose `/.default` scope an app asks for
  std::string issuer_v1;         ///< `iss` of validation tokens: `{issuer_v1}/{tenant}/`
  std::string issuer_v2;         ///< `{issuer_v2}/{tenant}/v2.0`
  bool orders_chat_list = true;  ///< list-chats knows `$orderby`
  bool has_presence = true;
};

/// `global`, `gcc-high`, `dod` or `china`; nothing for any other name.
[[nodiscard]] std::optional<Cloud> cloud_named(std::string_view name);

/// Puts the overrides of the configuration (empty: none) in place of the cloud's own URLs; scope
/// and issuers stay.
struct CloudOverrides {
  std::string graph_url = {};
  std::string login_url = {};
};
[[nodiscard]] Cloud with_overrides(Cloud cloud, const CloudOverrides& overrides);

}  // namespace belfry::net
