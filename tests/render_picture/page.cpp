#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include "sync/render/render.h"
#include "tests/content/corpus.h"

namespace {

using belfry::content::Case;

/// What the web client's style makes of it, as far as it matters here.
constexpr const char* k_style = R"(
body { font: 14px/20px 'Open Sans', 'Liberation Sans', sans-serif; color: #3f4350; margin: 0; width: 760px; }
.post { padding: 8px 16px 8px 64px; border-bottom: 1px solid #eee; position: relative; }
.post::before { content: ''; position: absolute; left: 16px; top: 12px; width: 32px; height: 32px;
                border-radius: 16px; background: #1c58d9; }
.title { color: #9a9da6; font-size: 11px; }
.bot { font-weight: 600; }
p { margin: 0 0 4px; } ul, ol { margin: 0 0 4px; padding-left: 24px; }
blockquote { margin: 4px 0; padding: 0 0 0 16px; border-left: 4px solid #d5d7dd; color: #3f4350; }
code { background: #f0f1f4; border-radius: 4px; padding: 1px 4px; font: 13px 'DejaVu Sans Mono'; }
pre { background: #f6f7f9; border: 1px solid #e0e2e7; border-radius: 4px; padding: 8px; margin: 4px 0; }
pre code { background: none; padding: 0; } a { color: #386fe5; text-decoration: none; }
table { border-collapse: collapse; margin: 4px 0; } th, td { border: 1px solid #d5d7dd; padding: 4px 10px; }
h3 { font-size: 20px; margin: 8px 0; } h4 { font-size: 18px; margin: 8px 0; } h5 { font-size: 16px; margin: 8px 0; }
)";

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  return out;
}

std::string html_of(const std::string& markdown) {
  const std::unique_ptr<cmark_parser, decltype(&cmark_parser_free)> parser(
      cmark_parser_new(CMARK_OPT_HARDBREAKS), cmark_parser_free);
  for (const char* name : {"table", "strikethrough", "autolink"})
    cmark_parser_attach_syntax_extension(parser.get(), cmark_find_syntax_extension(name));
  cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
  const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> root(
      cmark_parser_finish(parser.get()), cmark_node_free);
  const std::unique_ptr<char, decltype(&std::free)> html(
      cmark_render_html(root.get(), CMARK_OPT_HARDBREAKS,
                        cmark_parser_get_syntax_extensions(parser.get())),
      std::free);
  return html.get();
}

std::string post_of(const Case& one) {
  using namespace belfry;
  Message message;
  message.sender = Sender{Sender::Kind::user, TeamsUserId{"mira"}, "Mira Lindqvist"};
  const bool is_card = one.kind == Case::Kind::adaptive || one.kind == Case::Kind::classic;
  if (is_card) {
    const char* type = one.kind == Case::Kind::adaptive ? "application/vnd.microsoft.card.adaptive"
                                                        : "application/vnd.microsoft.card.hero";
    message.attachments.push_back({"a", type, "", Content{one.body}, Content{""}});
  } else {
    message.body = {
        one.kind == Case::Kind::html ? MessageBody::Type::html : MessageBody::Type::text,
        Content{one.body}};
  }
  Chat chat;
  chat.topic = Content{"Launch"};
  render::RenderContext context;
  context.message_link = "https://teams.example/m";
  return render::render_message(message, chat, context).reveal();
}

}  // namespace

/// Writes one page per file of the corpus, with every case as a post, into the folder given.
int main(int count, char** arguments) {
  if (count != 2) return std::fprintf(stderr, "usage: render_page FOLDER\n"), 2;
  cmark_gfm_core_extensions_ensure_registered();
  std::map<std::string, std::string> pages;
  for (const Case& one : belfry::content::read_corpus()) {
    std::string& page = pages[one.name.substr(0, one.name.find(':'))];
    page += "<div class=post><div class=title>" + escaped(one.name) +
            "</div><div class=bot>belfry <span class=title>BOT 10:30</span></div>" +
            html_of(post_of(one)) + "</div>\n";
  }
  for (const auto& [name, posts] : pages) {
    const std::string path = std::string(arguments[1]) + "/" + name + ".html";
    const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "w"),
                                                                  std::fclose);
    if (!file) return std::perror(path.c_str()), 1;
    std::fprintf(file.get(), "<!doctype html><meta charset=utf-8><style>%s</style>%s", k_style,
                 posts.c_str());
  }
  return 0;
}
