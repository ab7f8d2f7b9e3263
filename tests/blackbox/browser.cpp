#include "tests/blackbox/browser.h"

#include <istream>
#include <iterator>

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPCookie.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NameValueCollection.h>
#include <Poco/URI.h>

namespace belfry::blackbox {

Browser::Page Browser::fetch(const std::string& url) {
  const Poco::URI uri(url);
  auto& jar = cookies_[uri.getAuthority()];
  Poco::Net::HTTPClientSession session(uri.getHost(), uri.getPort());
  Poco::Net::HTTPRequest request("GET", uri.getPathAndQuery(), "HTTP/1.1");
  Poco::Net::NameValueCollection sent;
  for (const auto& [name, value] : jar) sent.set(name, value);
  if (!sent.empty()) request.setCookies(sent);
  session.sendRequest(request);
  Poco::Net::HTTPResponse response;
  std::istream& in = session.receiveResponse(response);
  Page page{response.getStatus(), url, std::string(std::istreambuf_iterator<char>(in), {}), ""};
  std::vector<Poco::Net::HTTPCookie> set;
  response.getCookies(set);
  for (const auto& cookie : set) jar[cookie.getName()] = cookie.getValue();
  if (response.has("Location")) page.location = Poco::URI(uri, response.get("Location")).toString();
  return page;
}

Browser::Page Browser::open(const std::string& url) {
  constexpr int k_most_redirects = 10;
  Page page = fetch(url);
  for (int i = 0; i < k_most_redirects && page.status / 100 == 3 && !page.location.empty(); ++i) {
    page = fetch(page.location);
  }
  return page;
}

}  // namespace belfry::blackbox
