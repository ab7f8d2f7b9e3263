#include "net/graph/links.h"

#include <Poco/Exception.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/URI.h>
#include <fmt/format.h>

namespace belfry::net {
namespace {

bool is_loopback(const std::string& host) {
  Poco::Net::IPAddress address;
  return host == "localhost" ||
         (Poco::Net::IPAddress::tryParse(host, address) && address.isLoopback());
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

bool is_within(const std::string& url, const std::string& base) {
  try {
    const Poco::URI asked(url);
    const Poco::URI own(base);
    return asked.getScheme() == own.getScheme() && asked.getHost() == own.getHost() &&
           asked.getPort() == own.getPort() && asked.getUserInfo().empty() &&
           (asked.getScheme() == "https" ||
            (asked.getScheme() == "http" && is_loopback(asked.getHost())));
  } catch (const Poco::Exception&) {
    return false;
  }
}

std::string message_link(const Cloud& cloud, const TenantId& tenant, const MessageRef& ref) {
  return fmt::format(
      "https://{}/l/message/{}/{}?tenantId={}&context=%7B%22contextType%22%3A%22chat%22%7D",
      cloud.teams_host, percent_encoded(ref.chat.text()), percent_encoded(ref.message.text()),
      percent_encoded(tenant.text()));
}

}  // namespace belfry::net
