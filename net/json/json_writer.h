#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/json/json_view.h"

namespace belfry::net {

/// Builds `{…}` member by member.
class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value) {
    return raw(name, json_string(value));
  }
  JsonObject& number(std::string_view name, std::int64_t value) {
    return raw(name, std::to_string(value));
  }
  JsonObject& flag(std::string_view name, bool value) {
    return raw(name, value ? "true" : "false");
  }
  /// `json` is JSON already.
  JsonObject& raw(std::string_view name, std::string_view json) {
    if (body_.size() > 1) body_ += ',';
    body_ += json_string(name);
    body_ += ':';
    body_ += json;
    return *this;
  }
  [[nodiscard]] std::string take() const { return body_ + "}"; }

 private:
  std::string body_ = "{";
};

/// `[…]` of texts that are JSON already.
[[nodiscard]] inline std::string json_array(const std::vector<std::string>& elements) {
  std::string all = "[";
  for (const std::string& element : elements) {
    if (all.size() > 1) all += ',';
    all += element;
  }
  return all + "]";
}

}  // namespace belfry::net
