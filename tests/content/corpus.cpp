#include "tests/content/corpus.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "sync/render/card.h"
#include "sync/render/html.h"
#include "sync/render/markdown.h"

namespace belfry::content {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string utf8_of(unsigned long code) {
  std::string out;
  const auto tail = [code](unsigned shift) {
    return static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
  };
  if (code < 0x80) return std::string(1, static_cast<char>(code));
  if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | (code >> 12U));
    out += tail(6);
  } else {
    out += static_cast<char>(0xF0U | (code >> 18U));
    out += tail(12);
    out += tail(6);
  }
  return out + tail(0);
}

std::string with_code_points(std::string text) {
  for (auto at = text.find("\\u{"); at != std::string::npos; at = text.find("\\u{", at + 1)) {
    const auto end = text.find('}', at);
    const std::string sign = utf8_of(std::stoul(text.substr(at + 3, end - at - 3), nullptr, 16));
    text.replace(at, end + 1 - at, sign);
  }
  return text;
}

Case::Kind kind_of(const std::string& name) {
  if (name == "html") return Case::Kind::html;
  if (name == "text") return Case::Kind::text;
  if (name == "adaptive") return Case::Kind::adaptive;
  if (name == "classic") return Case::Kind::classic;
  throw std::runtime_error("corpus: no kind " + name);
}

void trim_lines(std::string& text) {
  while (text.ends_with('\n')) text.pop_back();
}

void read_file(const std::filesystem::path& path, std::vector<Case>& cases) {
  std::ifstream file(path);
  std::string* part = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("=== ")) {
      const auto colon = line.find(": ");
      Case& one = cases.emplace_back();
      one.kind = kind_of(line.substr(4, colon - 4));
      one.name = path.stem().string() + ": " + line.substr(colon + 2);
      part = &one.body;
    } else if (line == "--->" && part != nullptr) {
      part = &cases.back().expected;
    } else if (part != nullptr) {
      *part += line + "\n";
    }
  }
}

}  // namespace

std::vector<Case> read_corpus() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(BELFRY_SOURCE_DIR "/tests/content")) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Case> cases;
  for (const auto& path : files) read_file(path, cases);
  for (Case& one : cases) {
    trim_lines(one.body);
    trim_lines(one.expected);
    one.body = with_code_points(std::move(one.body));
  }
  return cases;
}

std::string markdown_of(const Case& one) {
  render::BodyContext context;
  context.message_link = "https://teams.example/m";
  if (one.kind == Case::Kind::html) return render::html_to_markdown(one.body, context);
  render::Document document;
  if (one.kind == Case::Kind::text) {
    render::read_text(one.body, document.blocks);
  } else {
    const auto json = render::JsonValue::parse(one.body);
    if (!json) return "no JSON";
    one.kind == Case::Kind::adaptive
        ? render::read_adaptive_card(*json, context, document, document.blocks)
        : render::read_classic_card(*json, context, document, document.blocks);
  }
  return render::write_markdown(document, 500);
}

std::string made_visible(std::string_view markdown) {
  std::string text(markdown);
  replace_all(text, "\xE2\x81\xA0", "¦");
  replace_all(text, "\xC2\xA0", "⍽");
  replace_all(text, "\xE2\x80\x85", "⎵");
  return text;
}

}  // namespace belfry::content
