#include "net/http/wire.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "net/json/ascii.h"

namespace belfry::net {
namespace {

/// A chunk's size and what may follow it.
constexpr std::size_t k_longest_chunk_line = 1024;
/// All trailers of a chunked body; nobody that we talk to sends any.
constexpr std::size_t k_most_trailers = 32;

bool is_token_char(char c) {
  static constexpr std::string_view k_others = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         k_others.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_value_char(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

bool is_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_value_char);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Number>
std::optional<Number> parse_number(std::string_view text, int base) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty() ||
      text.front() == '-') {
    return std::nullopt;
  }
  return number;
}

/// None: contradictory or no number. Several equal lengths count as one, as RFC 9110 8.6 allows.
std::optional<Framing> length_framing(const HttpHeaders& headers, Framing without) {
  std::optional<std::uint64_t> length;
  for (const auto& [name, value] : headers) {
    if (!same_without_case(name, "content-length")) continue;
    const auto number = parse_number<std::uint64_t>(value, 10);
    if (!number || (length && *length != *number)) return std::nullopt;
    length = number;
  }
  if (!length) return without;
  return Framing{Framing::Kind::length, *length};
}

int minor_version_of(std::string_view version) {
  if (version == "HTTP/1.1") return 1;
  if (version == "HTTP/1.0") return 0;
  return -1;
}

}  // namespace

std::optional<MessageHead> parse_head(std::string_view text, std::size_t most_fields) {
  MessageHead head;
  const std::size_t start_end = std::min(text.find("\r\n"), text.size());
  const std::string_view start = text.substr(0, start_end);
  if (start.empty() || !is_value(start)) return std::nullopt;
  head.start_line = std::string(start);
  text.remove_prefix(std::min(start_end + 2, text.size()));
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || head.headers.size() == most_fields) return std::nullopt;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (!is_sound_header(name, value)) return std::nullopt;
    head.headers.emplace_back(std::string(name), std::string(value));
  }
  return head;
}

std::optional<StatusLine> parse_status_line(std::string_view line) {
  // "HTTP/1.1 200" and perhaps a reason that nobody may trust.
  if (line.size() < 12 || line[8] != ' ' || (line.size() > 12 && line[12] != ' ')) {
    return std::nullopt;
  }
  const int minor = minor_version_of(line.substr(0, 8));
  const auto status = parse_number<int>(line.substr(9, 3), 10);
  if (minor < 0 || !status || *status < 100) return std::nullopt;
  return StatusLine{*status, minor};
}

std::optional<RequestLine> parse_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || last == first) return std::nullopt;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const int minor = minor_version_of(line.substr(last + 1));
  const bool is_visible = std::all_of(target.begin(), target.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
  });
  if (!is_token(method) || target.empty() || !is_visible || minor < 0) return std::nullopt;
  return RequestLine{std::string(method), std::string(target), minor};
}

std::optional<Framing> request_framing(const HttpHeaders& headers) {
  const std::string* coding = find_header(headers, "transfer-encoding");
  if (coding == nullptr) return length_framing(headers, Framing{});
  // Both a length and a coding: two readers could disagree about where the next request begins.
  const bool is_alone = std::count_if(headers.begin(), headers.end(), [](const auto& header) {
                          return same_without_case(header.first, "transfer-encoding") ||
                                 same_without_case(header.first, "content-length");
                        }) == 1;
  if (!is_alone || !same_without_case(*coding, "chunked")) return std::nullopt;
  return Framing{Framing::Kind::chunked, 0};
}

std::optional<Framing> answer_framing(std::string_view method, int status,
                                      const HttpHeaders& headers) {
  if (method == "HEAD" || status < 200 || status == 204 || status == 304) return Framing{};
  if (find_header(headers, "transfer-encoding") != nullptr) return request_framing(headers);
  return length_framing(headers, Framing{Framing::Kind::until_close, 0});
}

const std::string* find_header(const HttpHeaders& headers, std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) {
    return same_without_case(header.first, name);
  });
  return found == headers.end() ? nullptr : &found->second;
}

bool lists_token(const HttpHeaders& headers, std::string_view name, std::string_view token) {
  for (const auto& [header, value] : headers) {
    if (!same_without_case(header, name)) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      if (same_without_case(trimmed(rest.substr(0, end)), token)) return true;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return false;
}

bool is_sound_header(std::string_view name, std::string_view value) {
  return is_token(name) && is_value(value);
}

WireEnd Inbound::fill(const Patience& patience) {
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  std::array<char, 16 * 1024> bytes;
  const IoResult got = stream_.read(bytes.data(), bytes.size(), patience);
  if (got.end == WireEnd::done) {
    buffer_.append(bytes.data(), got.bytes);
    has_begun_ = true;
  }
  return got.end;
}

WireEnd Inbound::read_head(std::string& head, std::size_t most, const Patience& patience) {
  std::size_t searched = 0;
  for (;;) {
    const std::string_view unread = std::string_view(buffer_).substr(begin_);
    const std::size_t end = unread.find("\r\n\r\n", searched);
    if (end != std::string_view::npos && end <= most) {
      head = std::string(unread.substr(0, end));
      begin_ += end + 4;
      return WireEnd::done;
    }
    if (unread.size() > most + 3) return WireEnd::too_large;
    searched = unread.size() < 3 ? 0 : unread.size() - 3;
    const bool is_empty = unread.empty();
    const WireEnd filled = fill(patience);
    if (filled == WireEnd::closed && !is_empty) return WireEnd::broken;
    if (filled != WireEnd::done) return filled;
  }
}

WireEnd Inbound::read_exactly(std::uint64_t count, std::string& into, const Patience& patience) {
  while (count > 0) {
    if (!has_rest()) {
      const WireEnd filled = fill(patience);
      if (filled == WireEnd::closed) return WireEnd::broken;
      if (filled != WireEnd::done) return filled;
    }
    const std::size_t take =
        static_cast<std::size_t>(std::min<std::uint64_t>(count, buffer_.size() - begin_));
    into.append(buffer_, begin_, take);
    begin_ += take;
    count -= take;
  }
  return WireEnd::done;
}

WireEnd Inbound::read_line(std::string& line, std::size_t most, const Patience& patience) {
  for (;;) {
    const std::string_view unread = std::string_view(buffer_).substr(begin_);
    const std::size_t end = unread.find("\r\n");
    if (end != std::string_view::npos && end <= most) {
      line = std::string(unread.substr(0, end));
      begin_ += end + 2;
      return WireEnd::done;
    }
    if (unread.size() > most + 1) return WireEnd::malformed;  // one byte may be half a line end
    const WireEnd filled = fill(patience);
    if (filled == WireEnd::closed) return WireEnd::broken;
    if (filled != WireEnd::done) return filled;
  }
}

WireEnd Inbound::read_chunks(std::string& body, std::size_t most, const Patience& patience) {
  std::string line;
  for (;;) {
    WireEnd end = read_line(line, k_longest_chunk_line, patience);
    if (end != WireEnd::done) return end;
    const std::string_view digits = trimmed(std::string_view(line).substr(0, line.find(';')));
    const auto size = parse_number<std::uint64_t>(digits, 16);
    if (!size) return WireEnd::malformed;
    if (*size == 0) break;
    if (*size > most - body.size()) return WireEnd::too_large;
    end = read_exactly(*size, body, patience);
    if (end != WireEnd::done) return end;
    end = read_line(line, 0, patience);
    if (end != WireEnd::done) return end;
  }
  for (std::size_t trailers = 0; trailers <= k_most_trailers; ++trailers) {
    const WireEnd end = read_line(line, k_longest_chunk_line, patience);
    if (end != WireEnd::done) return end;
    if (line.empty()) return WireEnd::done;
  }
  return WireEnd::malformed;
}

WireEnd Inbound::read_to_end(std::string& body, std::size_t most, const Patience& patience) {
  for (;;) {
    body.append(buffer_, begin_, std::string::npos);
    begin_ = buffer_.size();
    if (body.size() > most) return WireEnd::too_large;
    const WireEnd filled = fill(patience);
    if (filled == WireEnd::closed) return WireEnd::done;
    if (filled != WireEnd::done) return filled;
  }
}

WireEnd Inbound::read_body(const Framing& framing, std::string& body, std::size_t most,
                           const Patience& patience) {
  switch (framing.kind) {
    case Framing::Kind::none:
      return WireEnd::done;
    case Framing::Kind::length:
      if (framing.length > most) return WireEnd::too_large;
      body.reserve(body.size() + static_cast<std::size_t>(framing.length));
      return read_exactly(framing.length, body, patience);
    case Framing::Kind::chunked:
      return read_chunks(body, most, patience);
    case Framing::Kind::until_close:
      return read_to_end(body, most, patience);
  }
  return WireEnd::malformed;
}

}  // namespace belfry::net
