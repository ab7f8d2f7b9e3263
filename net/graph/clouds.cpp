#include "net/graph/clouds.h"

#include <utility>

namespace belfry::net {
namespace {

std::string without_last_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

std::optional<Cloud> cloud_named(std::string_view name) {
  if (name == "global")
    return Cloud{.graph_url = "https://graph.microsoft.com",
                 .login_url = "https://login.microsoftonline.com",
                 .teams_host = "teams.microsoft.com",
                 .resource = "https://graph.microsoft.com",
                 .issuer_v1 = "https://sts.windows.net",
                 .issuer_v2 = "https://login.microsoftonline.com"};
  if (name == "gcc-high")
    return Cloud{.graph_url = "https://graph.microsoft.us",
                 .login_url = "https://login.microsoftonline.us",
                 .teams_host = "gov.teams.microsoft.us",
                 .resource = "https://graph.microsoft.us",
                 .issuer_v1 = "https://sts.windows.net",
                 .issuer_v2 = "https://login.microsoftonline.us",
                 .orders_chat_list = false};
  if (name == "dod")
    return Cloud{.graph_url = "https://dod-graph.microsoft.us",
                 .login_url = "https://login.microsoftonline.us",
                 .teams_host = "dod.teams.microsoft.us",
                 .resource = "https://dod-graph.microsoft.us",
                 .issuer_v1 = "https://sts.windows.net",
                 .issuer_v2 = "https://login.microsoftonline.us",
                 .orders_chat_list = false};
  if (name == "china")
    return Cloud{.graph_url = "https://microsoftgraph.chinacloudapi.cn",
                 .login_url = "https://login.chinacloudapi.cn",
                 .teams_host = "teams.microsoftonline.cn",
                 .resource = "https://microsoftgraph.chinacloudapi.cn",
                 .issuer_v1 = "https://sts.chinacloudapi.cn",
                 .issuer_v2 = "https://login.chinacloudapi.cn",
                 .orders_chat_list = false,
                 .has_presence = false};
  return std::nullopt;
}

Cloud with_overrides(Cloud cloud, const CloudOverrides& overrides) {
  if (!overrides.graph_url.empty()) cloud.graph_url = without_last_slash(overrides.graph_url);
  if (!overrides.login_url.empty()) cloud.login_url = without_last_slash(overrides.login_url);
  return cloud;
}

}  // namespace belfry::net
