#include "tests/sandbox/web.h"

#include <algorithm>
#include <sstream>

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

namespace belfry::sandbox {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

std::string decode(std::string_view text, char plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += text[i] == '+' ? plus : text[i];
  }
  return out;
}

template <class Json>
WebReply stringified(int status, const Json& body) {
  std::ostringstream out;
  body->stringify(out);
  return {.status = status, .headers = {}, .body = out.str()};
}

}  // namespace

std::string WebRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (equal_ignoring_case(key, name)) return value;
  return {};
}

std::string WebRequest::query_value(std::string_view name) const {
  return form_value(query, name);
}

bool WebRequest::has_query(std::string_view name) const {
  return std::any_of(query.begin(), query.end(), [&](const auto& q) { return q.first == name; });
}

WebReply json_reply(int status, const Poco::JSON::Object::Ptr& body) {
  return stringified(status, body);
}

WebReply json_reply(int status, const Poco::JSON::Array::Ptr& body) {
  return stringified(status, body);
}

WebReply json_text_reply(int status, std::string json) {
  return {.status = status, .headers = {}, .body = std::move(json)};
}

WebReply text_reply(int status, std::string text) {
  return {.status = status,
          .headers = {},
          .body = std::move(text),
          .content_type = "text/plain; charset=utf-8"};
}

WebReply html_reply(int status, std::string html) {
  return {.status = status,
          .headers = {},
          .body = std::move(html),
          .content_type = "text/html; charset=utf-8"};
}

WebReply empty_reply(int status) {
  return {.status = status, .headers = {}, .body = {}, .content_type = {}};
}

WebReply redirect_reply(std::string location) {
  WebReply reply = empty_reply(302);
  reply.headers.emplace_back("Location", std::move(location));
  return reply;
}

Poco::JSON::Object::Ptr parse_object(const std::string& text) {
  try {
    const Poco::Dynamic::Var value = Poco::JSON::Parser().parse(text);
    if (value.type() == typeid(Poco::JSON::Object::Ptr))
      return value.extract<Poco::JSON::Object::Ptr>();
  } catch (const Poco::Exception&) {
    return nullptr;
  }
  return nullptr;
}

std::string percent_decode(std::string_view text) {
  return decode(text, '+');
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view k_hex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += k_hex[byte >> 4U];
      out += k_hex[byte & 15U];
    }
  }
  return out;
}

NameValues parse_form(std::string_view text) {
  NameValues out;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos)
      out.emplace_back(decode(pair, ' '), "");
    else
      out.emplace_back(decode(pair.substr(0, equals), ' '), decode(pair.substr(equals + 1), ' '));
  }
  return out;
}

std::string form_value(const NameValues& form, std::string_view name) {
  for (const auto& [key, value] : form)
    if (key == name) return value;
  return {};
}

std::vector<std::string> path_parts(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    if (end > 0) out.push_back(percent_decode(path.substr(0, end)));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void append_json(std::string& out, std::string_view text) {
  constexpr std::string_view k_hex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += k_hex[static_cast<unsigned char>(c) >> 4U];
      out += k_hex[static_cast<unsigned char>(c) & 15U];
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string json_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_json(out, text);
  return out;
}

}  // namespace belfry::sandbox
