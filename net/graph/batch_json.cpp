#include "net/graph/batch_json.h"

#include <charconv>

#include <fmt/format.h>

#include "net/graph/graph_json.h"
#include "net/graph/links.h"
#include "net/json/json_view.h"

namespace belfry::net {
namespace {

HttpAnswer answer_of(const JsonView& part) {
  HttpAnswer answer;
  answer.status = static_cast<int>(part["status"].integer().value_or(0));
  for (const auto& [name, value] : part["headers"].members())
    answer.headers.push_back({name, value.text()});
  answer.body = std::string(part["body"].raw());
  return answer;
}

}  // namespace

std::string renewals_to_json(std::span<const sync::Renewal> renewals, WallTime expires) {
  std::string parts;
  for (std::size_t i = 0; i < renewals.size(); ++i) {
    const sync::Renewal& one = renewals[i];
    if (i > 0) parts += ',';
    parts += fmt::format(
        R"({{"id":"{}","method":"PATCH","url":{},"headers":{{"Content-Type":"application/json"}},"body":{}}})",
        i, json_string("/subscriptions/" + percent_encoded(one.id.text())),
        renewal_to_json(expires, one.certificate));
  }
  return R"({"requests":[)" + parts + "]}";
}

Result<std::vector<HttpAnswer>> batch_answers_from_json(std::string_view body, std::size_t parts) {
  const auto json = JsonView::parse(body);
  if (!json) return fail(json.error());
  const JsonView responses = (*json)["responses"];
  if (!responses.is_array()) return fail(ErrorKind::refused, "a batch without responses");
  std::vector<HttpAnswer> answers(parts);
  for (const JsonView part : responses) {
    const std::string id = part["id"].text();
    std::size_t place = parts;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), place);
    if (error == std::errc{} && end == id.data() + id.size() && place < parts)
      answers[place] = answer_of(part);
  }
  return answers;
}

}  // namespace belfry::net
