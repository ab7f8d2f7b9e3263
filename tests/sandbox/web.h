#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

/// One HTTP exchange as the simulators see it: plain values, no sockets, no streams.
/// All functions here are free of state and may be called from any thread.
namespace belfry::sandbox {

using NameValue = std::pair<std::string, std::string>;
using NameValues = std::vector<NameValue>;

struct WebRequest {
  std::string method = {};
  std::string path = {};       ///< as received: still percent-encoded, without the query
  std::string raw_query = {};  ///< as received, without the question mark
  NameValues query = {};       ///< decoded, in order
  NameValues headers = {};     ///< in order
  std::string body = {};
  std::string remote = {};  ///< address of the peer, without its port

  /// Case-insensitive; empty when absent.
  [[nodiscard]] std::string header(std::string_view name) const;
  /// The first one of that name; empty when absent.
  [[nodiscard]] std::string query_value(std::string_view name) const;
  [[nodiscard]] bool has_query(std::string_view name) const;
};

struct WebReply {
  int status = 200;
  NameValues headers =
      {};  ///< besides Content-Type, Content-Length and Connection; Date: else the machine's
  std::string body = {};
  std::string content_type = "application/json";  ///< empty: no such header
  bool chunked = false;                           ///< sent in chunks: the length stays unannounced
};

[[nodiscard]] WebReply json_reply(int status, const Poco::JSON::Object::Ptr& body);
[[nodiscard]] WebReply json_reply(int status, const Poco::JSON::Array::Ptr& body);
[[nodiscard]] WebReply json_text_reply(int status, std::string json);
[[nodiscard]] WebReply text_reply(int status, std::string text);
[[nodiscard]] WebReply html_reply(int status, std::string html);
[[nodiscard]] WebReply empty_reply(int status);
[[nodiscard]] WebReply redirect_reply(std::string location);

/// The body as a JSON object; null when it is none.
[[nodiscard]] Poco::JSON::Object::Ptr parse_object(const std::string& text);

/// `%41` becomes `A`; broken escapes stay as they are. A plus stays a plus.
[[nodiscard]] std::string percent_decode(std::string_view text);
/// Everything but `A-Z a-z 0-9 - . _ ~` is escaped.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// A query or a form body: pairs, `+` is a blank.
[[nodiscard]] NameValues parse_form(std::string_view text);
[[nodiscard]] std::string form_value(const NameValues& form, std::string_view name);
/// `/a/b%20c/` becomes {"a", "b c"}: split first, decoded afterwards.
[[nodiscard]] std::vector<std::string> path_parts(std::string_view path);

[[nodiscard]] bool equal_ignoring_case(std::string_view left, std::string_view right);
[[nodiscard]] std::string lower_case(std::string_view text);
[[nodiscard]] std::string escape_html(std::string_view text);

/// Appends `text` as a JSON string, with its quotes.
void append_json(std::string& out, std::string_view text);
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace belfry::sandbox
