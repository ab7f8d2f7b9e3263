#include "sync/policy/one_on_one.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace belfry::sync {
namespace {

constexpr std::string_view k_prefix = "19:";
constexpr std::string_view k_suffix = "@unq.gbl.spaces";
constexpr std::size_t k_guid_length = 36;

bool is_guid(std::string_view text) {
  if (text.size() != k_guid_length) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0)
      return false;
  }
  return true;
}

}  // namespace

std::optional<std::pair<TeamsUserId, TeamsUserId>> people_of_one_on_one(const ChatId& chat) {
  std::string_view text = chat.text();
  if (!text.starts_with(k_prefix) || !text.ends_with(k_suffix)) return std::nullopt;
  text.remove_prefix(k_prefix.size());
  text.remove_suffix(k_suffix.size());
  if (text.size() != 2 * k_guid_length + 1 || text[k_guid_length] != '_') return std::nullopt;
  const auto first = text.substr(0, k_guid_length);
  const auto second = text.substr(k_guid_length + 1);
  if (!is_guid(first) || !is_guid(second)) return std::nullopt;
  return std::pair{TeamsUserId{std::string{first}}, TeamsUserId{std::string{second}}};
}

}  // namespace belfry::sync
