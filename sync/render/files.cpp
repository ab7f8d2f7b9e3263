#include "sync/render/files.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sync/render/dom.h"
#include "sync/render/json_value.h"
#include "sync/render/text.h"

namespace belfry::render {
namespace {

/// Graph's absolute address, or the relative one that apps write. Of either only the ids will
/// count, so nothing is said here of the host.
bool is_hosted_content(std::string_view url) {
  return url.find("/hostedContents/") != std::string_view::npos &&
         (url.starts_with("https://") || url.starts_with("http://") ||
          url.starts_with("../hostedContents/"));
}

void add(std::vector<FileReference>& files, FileReference file) {
  if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(std::move(file));
}

void add_attachment(const Attachment& attachment, std::vector<FileReference>& files) {
  const std::string type = lower_case(attachment.content_type);
  if (type == "reference") {
    add(files,
        {FileReference::Kind::shared_file, attachment.id, attachment.content_url, attachment.name});
  } else if (is_code_snippet(attachment)) {
    const auto content = JsonValue::parse(attachment.content.reveal()).value_or(JsonValue());
    const std::string& url = content["codeSnippetUrl"].text();
    if (is_hosted_content(url))
      add(files, {FileReference::Kind::snippet, attachment.id, url, attachment.name});
  }
}

void add_picture(const GumboElement& element, std::vector<FileReference>& files) {
  if (attribute(element, "itemtype") == "http://schema.skype.com/Emoji") return;
  const std::string url(attribute(element, "src"));
  if (is_hosted_content(url)) {
    add(files,
        {FileReference::Kind::picture, url, url, Content{std::string(attribute(element, "alt"))}});
  }
}

}  // namespace

bool is_code_snippet(const Attachment& attachment) {
  return lower_case(attachment.content_type) == "application/vnd.microsoft.card.codesnippet";
}

std::vector<FileReference> referenced_files(const Message& message) {
  std::vector<FileReference> files;
  if (message.policy_notice) return files;
  if (message.body.type == MessageBody::Type::html) {
    const Dom dom(message.body.content.reveal());
    std::vector<const GumboNode*> waiting{&dom.root()};
    while (!waiting.empty()) {
      const GumboNode& node = *waiting.back();
      waiting.pop_back();
      if (!is_element(node)) continue;
      const GumboElement& element = node.v.element;
      if (element.tag == GUMBO_TAG_IMG) add_picture(element, files);
      if (element.tag == GUMBO_TAG_UNKNOWN && unknown_name(element) == "attachment") {
        const std::string_view id = attribute(element, "id");
        for (const Attachment& attachment : message.attachments) {
          if (attachment.id == id) add_attachment(attachment, files);
        }
      }
      const auto children = children_of(node);
      waiting.insert(waiting.end(), children.rbegin(), children.rend());
    }
  }
  for (const Attachment& attachment : message.attachments) add_attachment(attachment, files);
  return files;
}

}  // namespace belfry::render
