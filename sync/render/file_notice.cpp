#include "sync/render/file_notice.h"

#include <string>
#include <utility>

#include "sync/render/document.h"
#include "sync/render/html.h"
#include "sync/render/markdown.h"
#include "sync/render/text.h"

namespace belfry::render {
namespace {

constexpr const char* k_gap = "\n\n";
constexpr std::size_t k_gap_runes = 2;

Phrase phrase_of(FileTrouble why) {
  switch (why) {
    case FileTrouble::no_access:
      return Phrase::file_no_access;
    case FileTrouble::gone:
      return Phrase::file_gone;
    case FileTrouble::blocked:
      return Phrase::file_blocked;
    case FileTrouble::folder:
      return Phrase::file_folder;
    case FileTrouble::too_large:
      return Phrase::file_too_large;
    case FileTrouble::empty:
      return Phrase::file_empty;
    case FileTrouble::unreachable:
      return Phrase::file_unreachable;
    case FileTrouble::refused:
      return Phrase::file_refused;
  }
  return Phrase::file_refused;
}

struct Label {
  const char* sign;
  Phrase what;
};
Label label_of(FileReference::Kind kind) {
  switch (kind) {
    case FileReference::Kind::shared_file:
      return {"📎", Phrase::file};
    case FileReference::Kind::picture:
      return {"🖼️", Phrase::picture};
    case FileReference::Kind::snippet:
      return {"📄", Phrase::code_snippet};
  }
  return {"📎", Phrase::file};
}

}  // namespace

Content file_notice(const FileReference& file, const RenderContext& context, NoticeForm form) {
  constexpr std::size_t k_most_name = 80;
  const Phrases& phrases = context.catalogue->phrases_for(context.language);
  const Label label = label_of(file.kind);
  const std::string name = clean_line(file.name.reveal(), k_most_name);
  Document document;
  Style style;
  if (form == NoticeForm::linked) {
    // Only the addresses of shared files are opened as they are; all else is seen in Teams.
    const bool is_own = file.kind == FileReference::Kind::shared_file &&
                        lower_case(file.url).starts_with("https://");
    style.link = add_link(document, is_own ? file.url : context.message_link);
  }
  add_paragraph(document.blocks, {{std::string(label.sign) + " ", {}, {}, false},
                                  {name.empty() ? phrases[label.what] : name, style, {}, false}});
  constexpr int k_links = 1;
  return Content{write_markdown(document, k_links)};
}

Content notice_with_reason(const Content& notice, FileTrouble why, const Phrases& phrases) {
  return Content{notice.reveal() + " (" + phrases[phrase_of(why)] + ")"};
}

std::size_t runes_of_notice(const Content& notice) {
  constexpr std::size_t k_brackets = 3;
  return count_runes(notice.reveal()) + k_gap_runes + k_brackets + k_most_reason_runes;
}

Content with_notice(const Content& text, const Content& notice) {
  return Content{text.reveal() + k_gap + notice.reveal()};
}

}  // namespace belfry::render
