#include "sync/render/card.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include "sync/render/card_text.h"
#include "sync/render/link.h"
#include "sync/render/text.h"

namespace belfry::render {
namespace {

constexpr std::size_t k_most_label = 200;

/// What both kinds of cards are put together from.
class CardReader {
 public:
  CardReader(CardMarkup markup, const BodyContext& context, Document& document,
             const CardPolicy& policy)
      : markup_(markup), context_(context), document_(document), policy_(policy) {}

  void read_adaptive(const JsonValue& card, Blocks& blocks, int depth) {
    const std::size_t before = blocks.size();
    read_elements(card["body"], blocks, depth);
    read_actions(card["actions"], blocks, depth);
    if (blocks.size() == before) add_text(card["fallbackText"].text(), blocks);
  }

  void read_classic(const JsonValue& card, Blocks& blocks, int depth) {
    if (depth > policy_.most_depth || !has_room()) return;
    Style title;
    title.is_bold = true;
    for (const char* name : {"title", "activityTitle"}) add_text(card[name].text(), blocks, title);
    for (const char* name : {"subtitle", "activitySubtitle", "activityText", "text"})
      add_text(card[name].text(), blocks);
    const bool has_text = !card["title"].text().empty() || !card["text"].text().empty();
    if (!has_text && !card["sections"].is_array()) add_text(card["summary"].text(), blocks);
    read_facts(card["facts"], blocks);
    read_items(card["items"], blocks);
    read_totals(card, blocks);
    read_pictures(card["images"], blocks);
    if (card["image"].is_object()) add_picture(card["image"], blocks);
    for (const JsonValue& section : card["sections"].elements())
      read_classic(section, blocks, depth + 1);
    read_actions(card["potentialAction"], blocks, depth);
    read_actions(card["buttons"], blocks, depth);
  }

 private:
  bool has_room() { return ++elements_ <= policy_.most_elements; }

  void add_text(std::string_view text, Blocks& blocks, const Style& style = {}) {
    if (!trimmed(text).empty()) read_card_text(text, markup_, context_, document_, blocks, style);
  }

  [[nodiscard]] Runs runs_of(std::string_view text, const Style& style = {}) {
    Blocks blocks;
    add_text(text, blocks, style);
    return flattened(blocks);
  }

  // Elements of adaptive cards

  void read_elements(const JsonValue& elements, Blocks& blocks, int depth) {
    for (const JsonValue& element : elements.elements()) read_element(element, blocks, depth);
  }

  void read_element(const JsonValue& element, Blocks& blocks, int depth) {
    if (depth > policy_.most_depth || !has_room() || element["isVisible"].is_false()) return;
    const std::string& type = element["type"].text();
    if (type == "TextBlock") {
      read_text_block(element, blocks);
    } else if (type == "RichTextBlock") {
      read_rich_text(element, blocks);
    } else if (type == "FactSet") {
      read_facts(element["facts"], blocks);
    } else if (type == "Image") {
      add_picture(element, blocks);
    } else if (type == "ImageSet") {
      read_pictures(element["images"], blocks);
    } else if (type == "Media") {
      add_label("🎬 " + label_of(element["altText"].text(), Phrase::video), blocks);
    } else if (type == "ActionSet") {
      read_actions(element["actions"], blocks, depth);
    } else if (type == "Table") {
      read_table(element, blocks, depth);
    } else if (type == "CodeBlock") {
      blocks.emplace_back(
          CodeBlock{clean_text(element["codeSnippet"].text()), element["language"].text()});
    } else if (type.starts_with("Input.")) {
      read_input(element, blocks);
    } else {
      read_container(element, blocks, depth);
    }
    read_actions_of_selection(element["selectAction"], blocks);
  }

  /// Containers, columns, carousels and what later versions bring: whatever they hold.
  void read_container(const JsonValue& element, Blocks& blocks, int depth) {
    const std::size_t before = blocks.size();
    for (const char* name : {"items", "columns", "pages", "body"})
      read_elements(element[name], blocks, depth + 1);
    if (blocks.size() == before && element["fallback"].is_object())
      read_element(element["fallback"], blocks, depth + 1);
  }

  void read_text_block(const JsonValue& element, Blocks& blocks) {
    const bool is_heading = element["style"].text() == "heading";
    const bool is_large = lower_case(element["size"].text()).find("large") != std::string::npos;
    Style style;
    style.is_bold = is_heading || is_large || lower_case(element["weight"].text()) == "bolder";
    add_text(element["text"].text(), blocks, style);
  }

  void read_rich_text(const JsonValue& element, Blocks& blocks) {
    Paragraph paragraph;
    for (const JsonValue& part : element["inlines"].elements()) {
      Style style;
      style.is_bold = lower_case(part["weight"].text()) == "bolder";
      style.is_italic = part["italic"].text() == "true";
      style.is_struck = part["strikethrough"].text() == "true";
      const std::string text = clean_text(part.is_object() ? part["text"].text() : part.text());
      const std::string& url = part["selectAction"]["url"].text();
      if (!url.empty()) {
        append_link(paragraph.runs, text, url, style);
      } else {
        paragraph.runs.push_back({text, style, {}, false});
      }
    }
    if (!is_empty(paragraph.runs)) blocks.emplace_back(std::move(paragraph));
  }

  /// `title` and `value`, or `name` and `value` in connector cards, `key` and `value` in receipts.
  void read_facts(const JsonValue& facts, Blocks& blocks) {
    Paragraph lines;
    for (const JsonValue& fact : facts.elements()) {
      if (!has_room()) break;
      const std::string& title = first_of(fact, {"title", "name", "key"});
      add_pair(lines, title, fact["value"].text());
    }
    if (!lines.runs.empty()) blocks.emplace_back(std::move(lines));
  }

  void add_pair(Paragraph& lines, const std::string& title, const std::string& value) {
    if (title.empty() && value.empty()) return;
    if (!lines.runs.empty()) lines.runs.push_back({"\n", {}, {}, false});
    std::string name = clean_line(title, k_most_label);
    if (name.ends_with(':')) name.pop_back();
    if (!name.empty() && !value.empty()) name += ": ";
    Style bold;
    bold.is_bold = true;
    if (!name.empty()) lines.runs.push_back({name, bold, {}, false});
    for (Run& run : runs_of(value)) lines.runs.push_back(std::move(run));
  }

  void read_table(const JsonValue& element, Blocks& blocks, int depth) {
    Table table;
    for (const JsonValue& row : element["rows"].elements()) {
      auto& cells = table.rows.emplace_back();
      for (const JsonValue& cell : row["cells"].elements()) {
        Blocks inside;
        read_elements(cell["items"], inside, depth + 1);
        cells.push_back(flattened(inside));
      }
    }
    if (!table.rows.empty()) blocks.emplace_back(std::move(table));
  }

  void read_input(const JsonValue& element, Blocks& blocks) {
    Paragraph line;
    const std::string& label = first_of(element, {"label", "placeholder", "title"});
    add_pair(line, label, element["value"].text());
    if (!line.runs.empty()) blocks.emplace_back(std::move(line));
  }

  // Parts of the older cards

  void read_items(const JsonValue& items, Blocks& blocks) {
    List list;
    for (const JsonValue& item : items.elements()) {
      if (!has_room()) break;
      Paragraph line;
      const std::string title = clean_line(item["title"].text(), k_most_label);
      const std::string& url = item["tap"]["value"].text();
      if (!title.empty()) append_link(line.runs, title, url, {});
      for (const char* name : {"subtitle", "text", "quantity", "price"}) {
        const std::string text = clean_line(item[name].text(), k_most_label);
        if (text.empty()) continue;
        line.runs.push_back({line.runs.empty() ? text : " · " + text, {}, {}, false});
      }
      if (!line.runs.empty()) list.items.push_back({Block{std::move(line)}});
    }
    if (!list.items.empty()) blocks.emplace_back(std::move(list));
  }

  void read_totals(const JsonValue& card, Blocks& blocks) {
    Paragraph lines;
    struct Total {
      const char* name;
      const char* title;
    };
    for (const auto& [name, title] : {Total{"vat", "VAT"}, {"tax", "Tax"}, {"total", "Total"}}) {
      const std::string& value = card[name].text();
      if (!value.empty()) add_pair(lines, title, value);
    }
    if (!lines.runs.empty()) blocks.emplace_back(std::move(lines));
  }

  // Pictures and actions

  void read_pictures(const JsonValue& images, Blocks& blocks) {
    for (const JsonValue& image : images.elements()) {
      if (has_room()) add_picture(image, blocks);
    }
  }

  /// Never loaded and never linked: the address is a stranger's. Without a description there is
  /// nothing to say about it.
  void add_picture(const JsonValue& image, Blocks& blocks) {
    const std::string alt = clean_line(first_of(image, {"altText", "alt"}), k_most_label);
    if (!alt.empty())
      add_label("🖼️ " + context_.phrases->with(Phrase::picture_named, {{"name", alt}}),
                blocks);
  }

  [[nodiscard]] std::string label_of(const std::string& name, Phrase otherwise) const {
    const std::string line = clean_line(name, k_most_label);
    return line.empty() ? (*context_.phrases)[otherwise] : line;
  }

  void add_label(const std::string& label, Blocks& blocks) {
    Style style;
    style.link = add_link(document_, context_.message_link);
    add_paragraph(blocks, {{label, style, {}, false}});
  }

  /// One line with all actions; what cannot be done here is done in Teams.
  void read_actions(const JsonValue& actions, Blocks& blocks, int depth) {
    Paragraph line;
    Blocks shown;
    for (const JsonValue& action : actions.elements()) {
      if (depth > policy_.most_depth || !has_room()) break;
      const std::string title = clean_line(first_of(action, {"title", "name"}), k_most_label);
      if (!title.empty()) {
        if (!line.runs.empty()) line.runs.push_back({" · ", {}, {}, false});
        line.runs.push_back({"▸ ", {}, {}, false});
        const std::string& url = address_of(action);
        append_link(line.runs, title, url.empty() ? context_.message_link : url, {});
      }
      if (action["card"].is_object()) read_adaptive(action["card"], shown, depth + 1);
    }
    if (!line.runs.empty()) blocks.emplace_back(std::move(line));
    if (!shown.empty()) blocks.emplace_back(Quote{std::move(shown)});
  }

  void read_actions_of_selection(const JsonValue& action, Blocks& blocks) {
    const std::string& url = action["url"].text();
    if (url.empty() || action["type"].text() != "Action.OpenUrl") return;
    const std::string title = clean_line(action["title"].text(), k_most_label);
    Paragraph line;
    line.runs.push_back({"▸ ", {}, {}, false});
    append_link(line.runs, title, url, {});
    blocks.emplace_back(std::move(line));
  }

  [[nodiscard]] static const std::string& address_of(const JsonValue& action) {
    if (const std::string& url = action["url"].text(); !url.empty()) return url;
    for (const JsonValue& target : action["targets"].elements()) {
      if (const std::string& url = target["uri"].text(); !url.empty()) return url;
    }
    const std::string type = lower_case(action["type"].text());
    return type == "openurl" || type == "signin" ? action["value"].text() : JsonValue().text();
  }

  /// A label that lies is followed by the host it leads to.
  void append_link(Runs& runs, std::string title, const std::string& url, Style style) {
    const Style plain = style;
    style.link = add_link(document_, url);
    if (style.link < 0) {
      runs.push_back({std::move(title), plain, {}, false});
      return;
    }
    const std::string& address = document_.links[static_cast<std::size_t>(style.link)];
    if (title.empty()) title = host_of(address);
    if (lies_about(title, address)) {
      runs.push_back({title + " (", plain, {}, false});
      runs.push_back({host_of(address), style, {}, false});
      runs.push_back({")", plain, {}, false});
    } else {
      runs.push_back({std::move(title), style, {}, false});
    }
  }

  [[nodiscard]] static const std::string& first_of(const JsonValue& object,
                                                   std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      if (const std::string& text = object[name].text(); !text.empty()) return text;
    }
    return JsonValue().text();
  }

  const CardMarkup markup_;
  const BodyContext& context_;
  Document& document_;
  const CardPolicy& policy_;
  std::size_t elements_ = 0;
};

}  // namespace

void read_adaptive_card(const JsonValue& card, const BodyContext& context, Document& document,
                        Blocks& blocks, const CardPolicy& policy) {
  CardReader(CardMarkup::markdown, context, document, policy).read_adaptive(card, blocks, 0);
}

void read_classic_card(const JsonValue& card, const BodyContext& context, Document& document,
                       Blocks& blocks, const CardPolicy& policy) {
  CardReader(CardMarkup::markdown_or_html, context, document, policy).read_classic(card, blocks, 0);
}

}  // namespace belfry::render
