#include "tests/sandbox/mattermost/integration_client.h"

#include <algorithm>
#include <sstream>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/URI.h>

namespace belfry::sandbox::mattermost {

namespace {

namespace net = Poco::Net;

constexpr long k_connect_s = 3;
constexpr std::size_t k_answer_bytes = 1U << 20U;

bool is_reserved(const std::string& host) {
  if (host == "localhost") return true;
  net::IPAddress address;
  if (!net::IPAddress::tryParse(host, address)) return false;
  return address.isLoopback() || address.isSiteLocal() || address.isLinkLocal() ||
         address.isWildcard();
}

bool is_allowed(const std::string& host, const Settings& settings) {
  if (!is_reserved(host)) return true;
  std::istringstream list(settings.text("AllowedUntrustedInternalConnections"));
  for (std::string entry; list >> entry;)
    if (entry == host) return true;
  return false;
}

std::string query_escape(std::string_view text) {
  std::string out = percent_encode(text);
  for (std::size_t at = out.find("%20"); at != std::string::npos; at = out.find("%20", at))
    out.replace(at, 3, "+");
  return out;
}

std::string read_answer(std::istream& stream) {
  std::string body(k_answer_bytes, '\0');
  stream.read(body.data(), static_cast<std::streamsize>(body.size()));
  body.resize(static_cast<std::size_t>(stream.gcount()));
  return body;
}

}  // namespace

IntegrationAnswer call_integration(const IntegrationRequest& wanted, const Settings& settings) {
  try {
    const Poco::URI uri(wanted.url);
    if (uri.getScheme() != "http" || !is_allowed(uri.getHost(), settings)) return {};
    net::HTTPClientSession session(uri.getHost(), uri.getPort());
    const auto whole_s = static_cast<long>(settings.number("OutgoingIntegrationRequestsTimeout"));
    session.setTimeout(Poco::Timespan(k_connect_s, 0), Poco::Timespan(whole_s, 0),
                       Poco::Timespan(whole_s, 0));
    const std::string path = uri.getPathAndQuery().empty() ? "/" : uri.getPathAndQuery();
    net::HTTPRequest request(wanted.method, path, net::HTTPMessage::HTTP_1_1);
    request.set("User-Agent", "Mattermost-Bot/1.1");
    request.set("Accept", "application/json");
    for (const auto& [name, value] : wanted.headers) request.set(name, value);
    if (wanted.method == "POST") {
      request.setContentType(wanted.content_type);
      request.setContentLength64(static_cast<Poco::Int64>(wanted.body.size()));
    }
    session.sendRequest(request) << wanted.body;
    net::HTTPResponse response;
    std::istream& stream = session.receiveResponse(response);
    IntegrationAnswer answer{.status = response.getStatus(),
                             .content_type = response.getContentType(),
                             .body = read_answer(stream)};
    return answer;
  } catch (const Poco::Exception&) {
    return {};
  }
}

std::string encode_form(NameValues form) {
  std::stable_sort(form.begin(), form.end(),
                   [](const NameValue& a, const NameValue& b) { return a.first < b.first; });
  std::string out;
  for (const auto& [name, value] : form) {
    if (!out.empty()) out += '&';
    out += query_escape(name) + '=' + query_escape(value);
  }
  return out;
}

}  // namespace belfry::sandbox::mattermost
