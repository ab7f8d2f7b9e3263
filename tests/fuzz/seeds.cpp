#include "tests/fuzz/seeds.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "net/json/json_view.h"
#include "tests/content/corpus.h"

namespace belfry::fuzz {
namespace {

using Seeds = std::map<std::string, std::vector<std::string>>;
const std::filesystem::path k_tests = BELFRY_SOURCE_DIR "/tests";

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string message_with(const std::string& type, const std::string& body) {
  return R"({"id":"1772439300000","chatId":"19:x@thread.v2","messageType":"message",)"
         R"("createdDateTime":"2026-03-02T08:15:00Z","from":{"user":{"id":"u","displayName":"Mira"}},)"
         R"("body":{"contentType":")" +
         type + R"(","content":)" + net::json_string(body) + "}}";
}

void add_content(Seeds& seeds) {
  for (const content::Case& one : content::read_corpus()) {
    using Kind = content::Case::Kind;
    const std::string post = "Mira\xFFTopic\xFF";
    switch (one.kind) {
      case Kind::html:
        seeds["html"].push_back(one.body);
        seeds["post"].push_back(post + "reference\xFF\xFF" + one.body);
        seeds["message"].push_back(message_with("html", one.body));
        break;
      case Kind::text:
        seeds["message"].push_back(message_with("text", one.body));
        break;
      case Kind::adaptive:
      case Kind::classic: {
        const std::string kind = one.kind == Kind::adaptive ? "adaptive" : "hero";
        seeds["card"].push_back(one.body);
        seeds["post"].push_back(post + "application/vnd.microsoft.card." + kind + "\xFF" +
                                one.body + "\xFF");
      }
    }
  }
}

void add_payloads(Seeds& seeds) {
  const auto folder = k_tests / "fixtures/graph";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool is_notification = name.starts_with("notification_") || name.starts_with("lifecycle");
    const bool is_message = name.starts_with("message") || name.starts_with("delta_page") ||
                            name.starts_with("getallmessages") ||
                            name == "notification_rich_plaintext.json";
    if (is_message) {
      seeds["message"].push_back(bytes_of(entry.path()));
    } else if (is_notification) {
      seeds["notification"].push_back(bytes_of(entry.path()));
    }
  }
  const std::string keys = bytes_of(folder / "jwks.json");
  const std::string tokens = bytes_of(folder / "validation_tokens.json");
  const auto json = net::JsonView::parse(tokens);
  if (!json) return;
  for (const auto& [name, token] : (*json)["tokens"].members())
    seeds["token"].push_back(keys + "\xFF" + token.text());
}

void add_found(Seeds& seeds) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(k_tests / "fuzz/corpus")) {
    if (!entry.is_regular_file()) continue;
    const std::string target = entry.path().parent_path().filename().string();
    seeds[target].push_back(bytes_of(entry.path()));
  }
}

}  // namespace

std::map<std::string, std::vector<std::string>> seeds() {
  Seeds seeds;
  add_content(seeds);
  add_payloads(seeds);
  add_found(seeds);
  for (auto& [target, inputs] : seeds) {
    std::sort(inputs.begin(), inputs.end());
    inputs.erase(std::unique(inputs.begin(), inputs.end()), inputs.end());
  }
  return seeds;
}

}  // namespace belfry::fuzz
