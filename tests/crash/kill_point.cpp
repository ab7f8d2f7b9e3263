#include "tests/crash/kill_point.h"

#include <csignal>
#include <string_view>

#include <unistd.h>

namespace belfry::crash {

KillPoint::KillPoint(const std::string& wanted) {
  const auto hash = wanted.find('#');
  name_ = wanted.substr(0, hash);
  if (!name_.empty()) number_ = hash == std::string::npos ? 1 : std::stoi(wanted.substr(hash + 1));
}

void KillPoint::reach(const char* side, const char* operation) {
  if (name_.empty()) return;
  const std::string_view wanted(name_);
  const std::string_view side_text(side);
  if (!wanted.starts_with(side_text) || wanted.substr(side_text.size() + 1) != operation) return;
  if (++reached_ == number_) {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();  // the signal is on its way; nothing more may happen in this thread
  }
}

const std::vector<std::string>& operations() {
  static const std::vector<std::string> all = {
      "accept",      "plan",       "mark_attempting", "record_delivery",
      "cache_chat",  "read_chat",  "read_presence",   "read_user",
      "create_post", "patch_post", "posts_page",      "postpone_delivery"};
  return all;
}

}  // namespace belfry::crash
