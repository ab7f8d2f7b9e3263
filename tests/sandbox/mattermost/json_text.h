#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

/// Small JSON, written by hand because posts are rendered thousands of times a second.
/// All functions are free of state.
namespace belfry::sandbox::mattermost {

/// Builds `{…}` member by member.
class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value);
  JsonObject& number(std::string_view name, std::int64_t value);
  JsonObject& boolean(std::string_view name, bool value);
  JsonObject& null(std::string_view name) { return raw(name, "null"); }
  JsonObject& texts(std::string_view name, const std::vector<std::string>& values);
  /// `json` is JSON already.
  JsonObject& raw(std::string_view name, std::string_view json);
  [[nodiscard]] std::string take();

 private:
  void name(std::string_view name);

  std::string out_ = "{";
};

[[nodiscard]] std::string json_texts(const std::vector<std::string>& values);
/// `[…]` of values that are JSON already.
[[nodiscard]] std::string json_array(const std::vector<std::string>& values);
void append_value(std::string& out, const Poco::Dynamic::Var& value);
[[nodiscard]] std::string json_of(const Poco::Dynamic::Var& value);

using ObjectPtr = Poco::JSON::Object::Ptr;
using ArrayPtr = Poco::JSON::Array::Ptr;

/// The request's body, decoded as Go does: a wrong type is a Refusal that names `parameter`, null
/// and absent are the zero value, unknown members are ignored.
[[nodiscard]] ObjectPtr object_body(const std::string& body, const std::string& parameter);
[[nodiscard]] std::vector<std::string> texts_body(const std::string& body,
                                                  const std::string& parameter);
[[nodiscard]] ArrayPtr array_body(const std::string& body, const std::string& parameter);

[[nodiscard]] bool has(const ObjectPtr& object, const std::string& name);
[[nodiscard]] std::string text_of(const ObjectPtr& object, const std::string& name);
[[nodiscard]] std::int64_t number_of(const ObjectPtr& object, const std::string& name);
[[nodiscard]] bool boolean_of(const ObjectPtr& object, const std::string& name);
[[nodiscard]] std::vector<std::string> texts_of(const ObjectPtr& object, const std::string& name);
/// Null when absent.
[[nodiscard]] ObjectPtr object_of(const ObjectPtr& object, const std::string& name);
[[nodiscard]] ArrayPtr array_of(const ObjectPtr& object, const std::string& name);

}  // namespace belfry::sandbox::mattermost
