#include "tests/sandbox/mattermost/json_text.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>
#include <fmt/format.h>

#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/web.h"

namespace belfry::sandbox::mattermost {

namespace {

using Poco::Dynamic::Var;

Var parse(const std::string& body, const std::string& parameter) {
  try {
    return Poco::JSON::Parser().parse(body);
  } catch (const Poco::Exception&) {
    refuse_body(parameter);
  }
}

Var member(const ObjectPtr& object, const std::string& name) {
  return object.isNull() ? Var{} : object->get(name);
}

std::string text_in(const Var& value, const std::string& name) {
  if (value.isEmpty()) return {};
  if (!value.isString()) refuse_body(name);
  return value.extract<std::string>();
}

std::vector<std::string> texts_in(const ArrayPtr& array, const std::string& name) {
  std::vector<std::string> out;
  if (array.isNull()) return out;
  out.reserve(array->size());
  for (const Var& value : *array) out.push_back(text_in(value, name));
  return out;
}

void append_object(std::string& out, const Poco::JSON::Object& object) {
  out += '{';
  bool first = true;
  for (const auto& [name, value] : object) {
    if (!first) out += ',';
    first = false;
    append_json(out, name);
    out += ':';
    append_value(out, value);
  }
  out += '}';
}

void append_array(std::string& out, const Poco::JSON::Array& array) {
  out += '[';
  bool first = true;
  for (const Var& value : array) {
    if (!first) out += ',';
    first = false;
    append_value(out, value);
  }
  out += ']';
}

}  // namespace

void JsonObject::name(std::string_view name) {
  if (out_.size() > 1) out_ += ',';
  out_ += '"';
  out_ += name;
  out_ += "\":";
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
  this->name(name);
  append_json(out_, value);
  return *this;
}

JsonObject& JsonObject::number(std::string_view name, std::int64_t value) {
  this->name(name);
  fmt::format_to(std::back_inserter(out_), "{}", value);
  return *this;
}

JsonObject& JsonObject::boolean(std::string_view name, bool value) {
  return raw(name, value ? "true" : "false");
}

JsonObject& JsonObject::texts(std::string_view name, const std::vector<std::string>& values) {
  return raw(name, json_texts(values));
}

JsonObject& JsonObject::raw(std::string_view name, std::string_view json) {
  this->name(name);
  out_ += json;
  return *this;
}

std::string JsonObject::take() {
  out_ += '}';
  return std::move(out_);
}

std::string json_texts(const std::vector<std::string>& values) {
  std::string out = "[";
  for (const auto& value : values) {
    if (out.size() > 1) out += ',';
    append_json(out, value);
  }
  return out += ']';
}

std::string json_array(const std::vector<std::string>& values) {
  return fmt::format("[{}]", fmt::join(values, ","));
}

void append_value(std::string& out, const Var& value) {
  if (value.isEmpty()) {
    out += "null";
  } else if (value.type() == typeid(ObjectPtr)) {
    append_object(out, *value.extract<ObjectPtr>());
  } else if (value.type() == typeid(ArrayPtr)) {
    append_array(out, *value.extract<ArrayPtr>());
  } else if (value.isString()) {
    append_json(out, value.extract<std::string>());
  } else if (value.isBoolean()) {
    out += value.convert<bool>() ? "true" : "false";
  } else if (value.isInteger()) {
    fmt::format_to(std::back_inserter(out), "{}", value.convert<std::int64_t>());
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value.convert<double>());
  }
}

std::string json_of(const Var& value) {
  std::string out;
  append_value(out, value);
  return out;
}

ObjectPtr object_body(const std::string& body, const std::string& parameter) {
  const Var value = parse(body, parameter);
  if (value.isEmpty()) return new Poco::JSON::Object;
  if (value.type() != typeid(ObjectPtr)) refuse_body(parameter);
  return value.extract<ObjectPtr>();
}

ArrayPtr array_body(const std::string& body, const std::string& parameter) {
  const Var value = parse(body, parameter);
  if (value.isEmpty()) return new Poco::JSON::Array;
  if (value.type() != typeid(ArrayPtr)) refuse_body(parameter);
  return value.extract<ArrayPtr>();
}

std::vector<std::string> texts_body(const std::string& body, const std::string& parameter) {
  return texts_in(array_body(body, parameter), parameter);
}

bool has(const ObjectPtr& object, const std::string& name) {
  return !member(object, name).isEmpty();
}

std::string text_of(const ObjectPtr& object, const std::string& name) {
  return text_in(member(object, name), name);
}

std::int64_t number_of(const ObjectPtr& object, const std::string& name) {
  const Var value = member(object, name);
  if (value.isEmpty()) return 0;
  if (!value.isInteger()) refuse_body(name);
  return value.convert<std::int64_t>();
}

bool boolean_of(const ObjectPtr& object, const std::string& name) {
  const Var value = member(object, name);
  if (value.isEmpty()) return false;
  if (!value.isBoolean()) refuse_body(name);
  return value.convert<bool>();
}

std::vector<std::string> texts_of(const ObjectPtr& object, const std::string& name) {
  return texts_in(array_of(object, name), name);
}

ObjectPtr object_of(const ObjectPtr& object, const std::string& name) {
  const Var value = member(object, name);
  if (value.isEmpty()) return nullptr;
  if (value.type() != typeid(ObjectPtr)) refuse_body(name);
  return value.extract<ObjectPtr>();
}

ArrayPtr array_of(const ObjectPtr& object, const std::string& name) {
  const Var value = member(object, name);
  if (value.isEmpty()) return nullptr;
  if (value.type() != typeid(ArrayPtr)) refuse_body(name);
  return value.extract<ArrayPtr>();
}

}  // namespace belfry::sandbox::mattermost
