#pragma once

#include <set>
#include <string>

#include "sync/model/chat.h"
#include "sync/model/message.h"
#include "sync/render/document.h"
#include "sync/render/html.h"
#include "sync/render/render.h"

namespace belfry::render {

/// A message's body with all that hangs on it: mentions by username, attachments in their places,
/// those without a place at the end (a quoted message at the beginning).
class MessageReader {
 public:
  /// All arguments outlive the reader.
  MessageReader(const Message& message, const Chat& chat, const RenderContext& context,
                const RenderPolicy& policy);

  /// False when something was left out for its size.
  bool read(Document& document);

 private:
  void read_attachment(const Attachment& attachment, Document& document, Blocks& blocks);
  void read_reply(const Attachment& attachment, Blocks& blocks) const;
  void read_forward(const Attachment& attachment, Document& document, Blocks& blocks);
  void read_snippet(const Attachment& attachment, Document& document, Blocks& blocks) const;
  void read_voice(const Attachment& attachment, Document& document, Blocks& blocks) const;
  void read_other(const Attachment& attachment, Document& document, Blocks& blocks) const;
  void add_label(const std::string& sign, const std::string& label, const std::string& url,
                 Document& document, Blocks& blocks) const;
  [[nodiscard]] Mentioned mentioned(int id, const std::string& text) const;

  const Message& message_;
  const Chat& chat_;
  const RenderContext& context_;
  const RenderPolicy& policy_;
  const Phrases& phrases_;
  BodyContext body_;
  std::set<std::string> placed_;
  bool is_whole_ = true;
};

/// The name of a sender as members of the chat know it; empty when nobody does.
[[nodiscard]] std::string known_name(const TeamsUserId& user, const std::string& display_name,
                                     const Chat& chat, const RenderPolicy& policy);

/// A phrase as runs, `{name}` replaced by `inserted` in its own style.
[[nodiscard]] Runs phrase_with(const std::string& phrase, const std::string& placeholder,
                               const Run& inserted, const Style& style = {});

}  // namespace belfry::render
