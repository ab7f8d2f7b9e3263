#include "sync/plan_files.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sync/render/file_name.h"
#include "sync/render/file_notice.h"
#include "sync/render/files.h"

namespace belfry::sync {
namespace {

constexpr std::string_view k_hosted = "/hostedContents/";
constexpr std::string_view k_value = "/$value";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_code = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                         hex_value(text[i + 2]) >= 0;
    if (!is_code) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
    i += 2;
  }
  return decoded;
}

/// Takes the last element off a path: `…/messages/1` → `1`, leaves `…/messages`.
std::string_view take_last(std::string_view& path) {
  const auto slash = path.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? path : path.substr(slash + 1);
  path = slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
  return last;
}

/// None for what no post can carry: then the text names it.
std::optional<PlannedFile> planned(const render::FileReference& reference, const Message& message) {
  PlannedFile file;
  file.id = Content{reference.id};
  file.name = Content{render::file_name(reference.name.reveal())};
  if (reference.kind == render::FileReference::Kind::shared_file) {
    file.kind = PlannedFile::Kind::shared;
    file.address = Content{reference.url};
    if (reference.url.empty()) return std::nullopt;
    return file;
  }
  auto content = hosted_content(reference.url, message.ref);
  if (!content) return std::nullopt;
  file.kind = PlannedFile::Kind::hosted;
  file.address = std::move(content->id);
  file.message = std::move(content->message);
  return file;
}

}  // namespace

std::optional<HostedContent> hosted_content(std::string_view address, const MessageRef& message) {
  address = address.substr(0, address.find_first_of("?#"));
  const auto at = address.rfind(k_hosted);
  if (at == std::string_view::npos) return std::nullopt;
  // Ids are base64 of some kind and may hold a slash.
  std::string_view id = address.substr(at + k_hosted.size());
  const bool is_of_bytes = id.ends_with(k_value);
  if (is_of_bytes) id.remove_suffix(k_value.size());
  if (id.empty() || (!is_of_bytes && id.find('/') != std::string_view::npos)) return std::nullopt;
  HostedContent content{message, Content{percent_decoded(id)}};
  std::string_view path = address.substr(0, at);
  if (path == "..") return content;
  content.message.message = MessageId{percent_decoded(take_last(path))};
  const bool is_of_message = take_last(path) == "messages";
  content.message.chat = ChatId{percent_decoded(take_last(path))};
  const bool is_of_chat = take_last(path) == "chats";
  if (!is_of_message || !is_of_chat || content.message.chat.empty() ||
      content.message.message.empty()) {
    return std::nullopt;
  }
  return content;
}

std::vector<Snippet> snippets_of(const Message& message) {
  std::vector<Snippet> snippets;
  // Asked at each step of resolving: the body is read only where there is code at all.
  if (std::none_of(message.attachments.begin(), message.attachments.end(),
                   render::is_code_snippet)) {
    return snippets;
  }
  for (const render::FileReference& reference : render::referenced_files(message)) {
    if (snippets.size() == k_most_snippets) break;
    if (reference.kind != render::FileReference::Kind::snippet) continue;
    auto content = hosted_content(reference.url, message.ref);
    if (!content || content->message != message.ref) continue;
    snippets.push_back({reference.id, std::move(content->id)});
  }
  return snippets;
}

FilePlan plan_files(const Message& message, const render::RenderContext& context) {
  FilePlan plan;
  std::vector<render::FileReference> references;
  for (render::FileReference& reference : render::referenced_files(message)) {
    if (plan.files.size() == k_most_post_files) break;
    if (context.snippets.contains(reference.id)) continue;  // stands in the text
    auto file = planned(reference, message);
    if (!file) continue;
    plan.files.push_back(*std::move(file));
    references.push_back(std::move(reference));
  }
  for (const render::NoticeForm form : {render::NoticeForm::linked, render::NoticeForm::plain}) {
    plan.notice_runes = 0;
    for (std::size_t i = 0; i < references.size(); ++i) {
      plan.files[i].notice = render::file_notice(references[i], context, form);
      plan.notice_runes += render::runes_of_notice(plan.files[i].notice);
    }
    if (plan.notice_runes <= context.max_post_runes / 2) break;
  }
  return plan;
}

}  // namespace belfry::sync
