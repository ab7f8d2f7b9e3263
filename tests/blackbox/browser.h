#pragma once

#include <map>
#include <string>

namespace belfry::blackbox {

/// What a person's browser does in the connect flow: follows redirects and keeps cookies.
class Browser {
 public:
  struct Page {
    int status = 0;
    std::string url;
    std::string body;
    std::string location;  ///< of a redirect that was not followed
  };

  /// Follows up to ten redirects.
  Page open(const std::string& url);
  /// Follows none.
  Page fetch(const std::string& url);
  void forget_cookies() { cookies_.clear(); }

 private:
  std::map<std::string, std::map<std::string, std::string>> cookies_;  ///< by host and port
};

}  // namespace belfry::blackbox
