#include "tests/sandbox/graph/message_query.h"

#include <vector>

#include "tests/sandbox/time_text.h"
#include "tests/sandbox/web.h"

namespace belfry::sandbox {

namespace {

struct Clause {
  std::string property;
  std::string comparison;
  std::string value;
};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::optional<std::vector<Clause>> clauses_of(std::string_view filter) {
  const auto words = words_of(filter);
  if (words.size() % 4 != 3) return std::nullopt;
  std::vector<Clause> out;
  for (std::size_t i = 0; i < words.size(); i += 4) {
    if (i > 0 && !equal_ignoring_case(words[i - 1], "and")) return std::nullopt;
    std::string value = words[i + 2];
    if (value.size() >= 2 && value.front() == '\'' && value.back() == '\'')
      value = value.substr(1, value.size() - 2);
    out.push_back({.property = words[i], .comparison = words[i + 1], .value = std::move(value)});
  }
  return out;
}

bool read_clause(const Clause& clause, MessageQuery& query) {
  if (clause.comparison == "eq") {
    if (clause.property == "from/user/id") {
      query.sender = clause.value;
      return true;
    }
    if (clause.property == "messageType") query.message_type = clause.value;
    return clause.property == "messageType" || clause.property == "from/user/userIdentityType" ||
           clause.property == "from/application/applicationIdentityType";
  }
  const auto time = parse_time(clause.value);
  if (!time) return false;
  if (clause.property == "lastModifiedDateTime" && clause.comparison == "gt")
    query.modified_after = time;
  else if (clause.property == "lastModifiedDateTime" && clause.comparison == "lt")
    query.modified_before = time;
  else if (clause.property == "createdDateTime" && clause.comparison == "lt")
    query.created_before = time;
  else
    return false;
  return true;
}

std::optional<MessageQuery> read_filter(std::string_view filter) {
  MessageQuery out;
  if (filter.empty()) return out;
  const auto clauses = clauses_of(filter);
  if (!clauses) return std::nullopt;
  for (const Clause& clause : *clauses)
    if (!read_clause(clause, out)) return std::nullopt;
  return out;
}

}  // namespace

bool MessageQuery::takes(const Message& message) const {
  if (modified_after && message.modified_ms <= *modified_after) return false;
  if (modified_before && message.modified_ms >= *modified_before) return false;
  if (created_before && message.created_ms >= *created_before) return false;
  if (!sender.empty() && message.sender != sender) return false;
  return message_type.empty() || message.type == message_type;
}

std::optional<MessageQuery> chat_message_query(std::string_view orderby, std::string_view filter) {
  const auto order = words_of(orderby);
  MessageQuery ordered;
  if (!order.empty()) {
    // Never ascending.
    if (order.size() != 2 || order[1] != "desc") return std::nullopt;
    if (order[0] == "createdDateTime")
      ordered.order = MessageQuery::Order::created;
    else if (order[0] != "lastModifiedDateTime")
      return std::nullopt;
  }
  auto query = read_filter(filter);
  if (!query) return std::nullopt;
  const bool created = ordered.order == MessageQuery::Order::created;
  if (!order.empty() && !created) ordered.modified_after = query->modified_after;
  if (!order.empty() && !created) ordered.modified_before = query->modified_before;
  if (created) ordered.created_before = query->created_before;
  return ordered;
}

std::optional<MessageQuery> export_query(std::string_view filter) {
  return read_filter(filter);
}

}  // namespace belfry::sandbox
