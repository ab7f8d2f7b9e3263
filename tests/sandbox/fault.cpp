#include "tests/sandbox/fault.h"

#include <array>

#include <Poco/Exception.h>

namespace belfry::sandbox {

namespace {

struct ActionName {
  FaultAction action;
  std::string_view name;
};

constexpr std::array k_action_names{
    ActionName{FaultAction::none, "none"},
    ActionName{FaultAction::answer, "answer"},
    ActionName{FaultAction::drop, "drop"},
    ActionName{FaultAction::lose_answer, "lose_answer"},
    ActionName{FaultAction::reset_mid_body, "reset_mid_body"},
    ActionName{FaultAction::short_length, "short_length"},
    ActionName{FaultAction::long_length, "long_length"},
    ActionName{FaultAction::answer_twice, "answer_twice"},
    ActionName{FaultAction::work_twice, "work_twice"},
};

constexpr auto k_always = std::numeric_limits<std::uint64_t>::max();

std::string body_text(const Poco::JSON::Object& json) {
  const Poco::Dynamic::Var body = json.get("body");
  if (body.isEmpty()) return {};
  return body.isString() ? body.convert<std::string>() : Poco::Dynamic::Var::toString(body);
}

FaultRule read_rule(const Poco::JSON::Object& json) {
  FaultRule rule;
  rule.operation = json.optValue<std::string>("operation", rule.operation);
  rule.method = json.optValue<std::string>("method", rule.method);
  rule.path = json.optValue<std::string>("path", rule.path);
  rule.first = json.optValue<std::uint64_t>("first", rule.first);
  rule.last = json.optValue<std::uint64_t>("last", rule.last);
  rule.times = json.optValue<std::uint64_t>("times", rule.times);
  rule.probability = json.optValue<double>("probability", rule.probability);
  rule.seed = json.optValue<std::uint64_t>("seed", rule.seed);
  rule.status = json.optValue<int>("status", rule.status);
  rule.body = body_text(json);
  rule.content_type = json.optValue<std::string>("content_type", rule.content_type);
  rule.delay_before = std::chrono::milliseconds{json.optValue<std::int64_t>("delay_before_ms", 0)};
  rule.delay_after = std::chrono::milliseconds{json.optValue<std::int64_t>("delay_after_ms", 0)};
  if (const auto headers = json.getObject("headers"); !headers.isNull())
    for (const auto& [name, value] : *headers)
      rule.headers.emplace_back(name, value.convert<std::string>());
  return rule;
}

}  // namespace

std::string_view name_of(FaultAction action) {
  for (const ActionName& entry : k_action_names)
    if (entry.action == action) return entry.name;
  return "none";
}

Poco::JSON::Object::Ptr to_json(const FaultRule& rule) {
  Poco::JSON::Object::Ptr json = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
  json->set("operation", rule.operation);
  json->set("method", rule.method);
  json->set("path", rule.path);
  json->set("first", rule.first);
  if (rule.last != k_always) json->set("last", rule.last);
  if (rule.times != k_always) json->set("times", rule.times);
  json->set("probability", rule.probability);
  json->set("seed", rule.seed);
  json->set("action", std::string(name_of(rule.action)));
  json->set("delay_before_ms", rule.delay_before.count());
  json->set("delay_after_ms", rule.delay_after.count());
  if (rule.action != FaultAction::answer) return json;
  json->set("status", rule.status);
  Poco::JSON::Object::Ptr headers = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
  for (const auto& [name, value] : rule.headers) headers->set(name, value);
  json->set("headers", headers);
  json->set("body", rule.body);
  json->set("content_type", rule.content_type);
  return json;
}

std::optional<FaultRule> fault_rule(const Poco::JSON::Object& json) {
  try {
    FaultRule rule = read_rule(json);
    const std::string fallback = json.has("status") ? "answer" : "none";
    const auto action = json.optValue<std::string>("action", fallback);
    for (const ActionName& entry : k_action_names) {
      if (entry.name != action) continue;
      rule.action = entry.action;
      return rule;
    }
  } catch (const Poco::Exception&) {
    return std::nullopt;
  }
  return std::nullopt;
}

bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

void FaultPlan::add(FaultRule rule) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t seed = rule.seed;
  entries_.push_back({.rule = std::move(rule), .dice = std::mt19937_64(seed)});
  empty_ = false;
}

void FaultPlan::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  empty_ = true;
}

std::optional<FaultRule> FaultPlan::take(const WebRequest& request, std::string_view operation) {
  if (empty_.load(std::memory_order_acquire)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  Entry* winner = nullptr;
  for (Entry& entry : entries_) {
    const FaultRule& rule = entry.rule;
    if (!glob_matches(rule.operation, operation) || !glob_matches(rule.method, request.method) ||
        !glob_matches(rule.path, request.path))
      continue;
    ++entry.matched;
    if (entry.matched < rule.first || entry.matched > rule.last || entry.struck >= rule.times)
      continue;
    if (winner != nullptr) continue;
    if (std::uniform_real_distribution<double>(0, 1)(entry.dice) < rule.probability)
      winner = &entry;
  }
  if (winner == nullptr) return std::nullopt;
  ++winner->struck;
  return winner->rule;
}

std::uint64_t FaultPlan::struck() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const Entry& entry : entries_) sum += entry.struck;
  return sum;
}

Poco::JSON::Array::Ptr FaultPlan::to_json() const {
  const std::lock_guard lock(mutex_);
  Poco::JSON::Array::Ptr out = new Poco::JSON::Array;
  for (const Entry& entry : entries_) {
    Poco::JSON::Object::Ptr json = sandbox::to_json(entry.rule);
    json->set("matched", entry.matched);
    json->set("struck", entry.struck);
    out->add(json);
  }
  return out;
}

bool FaultPlan::add_json(const Poco::JSON::Object& json) {
  auto rule = fault_rule(json);
  if (!rule) return false;
  add(std::move(*rule));
  return true;
}

}  // namespace belfry::sandbox
