#include "sync/render/html.h"

#include <algorithm>
#include <utility>

#include "sync/render/dom.h"
#include "sync/render/html_shape.h"
#include "sync/render/html_style.h"
#include "sync/render/link.h"
#include "sync/render/markdown.h"
#include "sync/render/text.h"

namespace belfry::render {
namespace {

class HtmlReader {
 public:
  HtmlReader(const BodyContext& context, const HtmlPolicy& policy, Document& document)
      : context_(context), policy_(policy), document_(document) {}

  Blocks read(const GumboNode& root) {
    Blocks blocks;
    read_container(root, {}, 0, blocks);
    return blocks;
  }
  [[nodiscard]] bool is_whole() const { return is_whole_; }

 private:
  /// The children as blocks of their own, added to `blocks`.
  void read_container(const GumboNode& node, const Style& style, int depth, Blocks& blocks) {
    Blocks* const outer_blocks = std::exchange(blocks_, &blocks);
    Flow outer_flow = std::exchange(flow_, {});
    read_children(node, style, depth);
    end_paragraph();
    blocks_ = outer_blocks;
    flow_ = std::move(outer_flow);
  }

  void read_children(const GumboNode& node, const Style& style, int depth) {
    const GumboVector& children = node.v.element.children;
    for (unsigned i = 0; i < children.length; ++i)
      read_node(*static_cast<const GumboNode*>(children.data[i]), style, depth);
  }

  void read_node(const GumboNode& node, const Style& style, int depth) {
    if (is_text(node)) return flow_.add_text(node.v.text.text, style);
    if (!is_element(node)) return;
    if (depth >= policy_.most_depth) return flow_.add_text(text_below(node), style);
    const GumboElement& element = node.v.element;
    const std::string name =
        element.tag == GUMBO_TAG_UNKNOWN ? unknown_name(element) : std::string();
    switch (shape_of(element, name)) {
      case Shape::inline_text:
        return read_inline(node, name, style, depth);
      case Shape::line:
        flow_.end_line();
        read_children(node, styled(element, style), depth + 1);
        return flow_.end_line();
      case Shape::paragraph:
        end_paragraph();
        read_children(node, styled(element, style), depth + 1);
        return end_paragraph();
      case Shape::block:
        end_paragraph();
        return read_block(node, name, style, depth);
      case Shape::unseen:
        return;
    }
  }

  void read_block(const GumboNode& node, std::string_view name, const Style& style, int depth) {
    const GumboElement& element = node.v.element;
    switch (element.tag) {
      case GUMBO_TAG_HR:
        blocks_->emplace_back(Rule{});
        return;
      case GUMBO_TAG_PRE:
      case GUMBO_TAG_LISTING:
      case GUMBO_TAG_XMP:
      case GUMBO_TAG_PLAINTEXT:
        return add_code(node, language_in(node));
      case GUMBO_TAG_BLOCKQUOTE:
        return read_quote(node, style, depth);
      case GUMBO_TAG_UL:
      case GUMBO_TAG_OL:
        return read_list(node, style, depth);
      case GUMBO_TAG_TABLE:
        return read_table(node, style, depth);
      default:
        break;
    }
    if (name == "codeblock") {
      add_code(node, attribute(element, "class"));
    } else if (name == "attachment") {
      if (context_.attachment)
        context_.attachment(std::string(attribute(element, "id")), document_, *blocks_);
      // Unclosed, it swallows what follows.
      read_children(node, style, depth + 1);
      end_paragraph();
    } else {
      read_heading(node, style, depth);
    }
  }

  void add_code(const GumboNode& node, std::string_view language) {
    std::string code = code_text(node);
    if (!trimmed(code).empty())
      blocks_->emplace_back(CodeBlock{std::move(code), std::string(language)});
  }

  void read_quote(const GumboNode& node, const Style& style, int depth) {
    if (quotes_ >= policy_.most_quotes) {
      read_children(node, style, depth + 1);
      return end_paragraph();
    }
    ++quotes_;
    Quote quote;
    read_container(node, styled(node.v.element, style), depth + 1, quote.blocks);
    --quotes_;
    if (!quote.blocks.empty()) blocks_->emplace_back(std::move(quote));
  }

  void read_list(const GumboNode& node, const Style& style, int depth) {
    if (lists_ >= policy_.most_lists) {
      read_children(node, style, depth + 1);
      return end_paragraph();
    }
    ++lists_;
    List list;
    list.is_ordered = node.v.element.tag == GUMBO_TAG_OL;
    constexpr int k_most = 999'999'999;  // CommonMark knows nine digits
    list.first_number = std::clamp(number_of(attribute(node.v.element, "start"), 1), 0, k_most / 2);
    for (const GumboNode* child : children_of(node)) {
      if (is_text(*child) && trimmed(child->v.text.text).empty()) continue;
      read_item(*child, style, depth + 1, list);
    }
    --lists_;
    if (!list.items.empty()) blocks_->emplace_back(std::move(list));
  }

  void read_item(const GumboNode& child, const Style& style, int depth, List& list) {
    if (!is_element(child) && !is_text(child)) return;
    Blocks item;
    const bool is_item = is_element(child) && child.v.element.tag == GUMBO_TAG_LI;
    const bool is_list = is_element(child) && (child.v.element.tag == GUMBO_TAG_UL ||
                                               child.v.element.tag == GUMBO_TAG_OL);
    if (is_item) {
      read_container(child, styled(child.v.element, style), depth, item);
    } else {
      read_alone(child, style, depth, item);
    }
    if (item.empty()) return;
    // A list right in a list, as Word writes it, belongs to the item above it.
    if (is_list && !list.items.empty()) {
      auto& above = list.items.back();
      above.insert(above.end(), item.begin(), item.end());
    } else {
      list.items.push_back(std::move(item));
    }
  }

  /// One node as blocks of their own.
  void read_alone(const GumboNode& node, const Style& style, int depth, Blocks& blocks) {
    Blocks* const outer_blocks = std::exchange(blocks_, &blocks);
    Flow outer_flow = std::exchange(flow_, {});
    read_node(node, style, depth);
    end_paragraph();
    blocks_ = outer_blocks;
    flow_ = std::move(outer_flow);
  }

  void read_heading(const GumboNode& node, const Style& style, int depth) {
    Blocks blocks;
    read_container(node, styled(node.v.element, style), depth + 1, blocks);
    Runs title = flattened(blocks);
    if (is_empty(title)) return;
    // Mattermost's own sizes shout: Teams' first heading is about as large as its third.
    constexpr int k_smaller = 2;
    const int level = node.v.element.tag - GUMBO_TAG_H1 + 1 + k_smaller;
    blocks_->emplace_back(Heading{std::min(level, 6), std::move(title)});
  }

  // Tables

  struct Rows {
    std::vector<std::vector<Blocks>> cells;
    std::vector<int> rows_left;  ///< by column: how far a cell above reaches down
  };

  void read_table(const GumboNode& node, const Style& style, int depth) {
    Rows rows;
    read_rows(node, style, depth + 1, rows);
    std::size_t count = 0;
    for (const auto& row : rows.cells) count += row.size();
    if (count <= 1) {  // a frame
      for (auto& row : rows.cells) {
        for (Blocks& cell : row) blocks_->insert(blocks_->end(), cell.begin(), cell.end());
      }
      return;
    }
    Table table;
    bool has_text = false;
    for (const auto& row : rows.cells) {
      auto& cells = table.rows.emplace_back();
      for (const Blocks& cell : row) {
        cells.push_back(flattened(cell));
        has_text = has_text || !is_empty(cells.back());
      }
    }
    if (has_text) blocks_->emplace_back(std::move(table));
  }

  void read_rows(const GumboNode& node, const Style& style, int depth, Rows& rows) {
    if (depth >= policy_.most_depth) {
      auto& row = rows.cells.emplace_back();
      add_paragraph(row.emplace_back(), {{clean_text(text_below(node)), style, {}, false}});
      return;
    }
    for (const GumboNode* child : children_of(node)) {
      if (!is_element(*child)) continue;
      switch (child->v.element.tag) {
        case GUMBO_TAG_TR:
          rows.cells.emplace_back();
          read_cells(*child, style, depth + 1, rows);
          if (rows.cells.back().empty()) rows.cells.pop_back();
          break;
        case GUMBO_TAG_CAPTION:
          read_node(*child, style, depth + 1);
          end_paragraph();
          break;
        default:
          read_rows(*child, style, depth + 1, rows);
      }
    }
  }

  void read_cells(const GumboNode& row, const Style& style, int depth, Rows& rows) {
    constexpr int k_most_span = 40;
    auto& cells = rows.cells.back();
    const auto fill_from_above = [&] {
      while (cells.size() < rows.rows_left.size() && rows.rows_left[cells.size()] > 0) {
        --rows.rows_left[cells.size()];
        cells.emplace_back();
      }
    };
    for (const GumboNode* child : children_of(row)) {
      if (!is_element(*child)) continue;
      const GumboElement& element = child->v.element;
      if (element.tag != GUMBO_TAG_TD && element.tag != GUMBO_TAG_TH) continue;
      if (++table_cells_ > policy_.most_table_cells) {
        is_whole_ = false;
        return;
      }
      fill_from_above();
      const int columns = std::clamp(number_of(attribute(element, "colspan"), 1), 1, k_most_span);
      const int below = std::clamp(number_of(attribute(element, "rowspan"), 1), 1, 1000) - 1;
      for (int column = 0; column < columns; ++column) {
        if (column > 0 && cells.size() >= k_most_span) break;
        if (rows.rows_left.size() <= cells.size()) rows.rows_left.resize(cells.size() + 1);
        rows.rows_left[cells.size()] = below;
        Blocks& cell = cells.emplace_back();
        if (column == 0) read_container(*child, styled(element, style), depth, cell);
      }
    }
    fill_from_above();
  }

  // Within a line

  void read_inline(const GumboNode& node, std::string_view name, const Style& style, int depth) {
    const GumboElement& element = node.v.element;
    switch (element.tag) {
      case GUMBO_TAG_BR:
        return flow_.break_line();
      case GUMBO_TAG_A:
        return read_link(node, style, depth);
      case GUMBO_TAG_IMG:
        return add_picture(element, style);
      case GUMBO_TAG_VIDEO:
      case GUMBO_TAG_AUDIO:
        return add_label("🎬 " + (*context_.phrases)[Phrase::video], style);
      case GUMBO_TAG_SUB:
      case GUMBO_TAG_SUP:
        if (std::string digits = raised_digits(node); !digits.empty())
          return flow_.add_run(std::move(digits), style);
        break;
      default:
        break;
    }
    if (name == "at") return add_mention(node, style);
    if (name == "emoji" || name == "customemoji") {
      const std::string alt = clean_line(attribute(element, "alt"), k_most_label);
      if (!alt.empty()) flow_.add_run(name == "emoji" ? alt : "(" + alt + ")", style);
      // An unclosed one swallows what follows.
    }
    read_children(node, styled(element, style), depth + 1);
  }

  void add_mention(const GumboNode& node, const Style& style) {
    const std::string text = clean_line(text_below(node), k_most_label);
    if (text.empty()) return;
    Mentioned who{text, {}, false};
    if (context_.mention)
      who = context_.mention(number_of(attribute(node.v.element, "id"), -1), text);
    Style shown = style;
    if (who.is_username && style.link >= 0) who = {text, who.person, false};
    if (!who.is_username) shown.is_bold = true;
    flow_.add_mention(who, shown);
  }

  void read_link(const GumboNode& node, const Style& style, int depth) {
    const GumboElement& element = node.v.element;
    if (style.link >= 0) return read_children(node, style, depth + 1);
    const int link = add_link(document_, attribute(element, "href"), policy_);
    Style linked = styled(element, style);
    if (link < 0) return read_children(node, linked, depth + 1);
    const std::string address = document_.links[static_cast<std::size_t>(link)];
    const std::string label = clean_line(text_below(node), k_most_label * 4);
    if (lies_about(label, address)) {
      read_children(node, linked, depth + 1);
      Style truth = style;
      truth.link = link;
      const std::string host = host_of(address);
      flow_.add_run(" (", style);
      flow_.add_run(host.empty() ? address : host, truth);
      return flow_.add_run(")", style);
    }
    linked.link = link;
    read_children(node, linked, depth + 1);
  }

  void add_picture(const GumboElement& element, const Style& style) {
    const std::string alt = clean_line(attribute(element, "alt"), k_most_label);
    if (attribute(element, "itemtype") == "http://schema.skype.com/Emoji") {
      if (!alt.empty()) flow_.add_run(alt, style);
      return;
    }
    const std::string_view source = attribute(element, "src");
    if (context_.is_carried && context_.is_carried(source)) return;
    const bool is_named = !alt.empty() && lower_case(alt) != "image";
    add_label(
        "🖼️ " + (is_named ? context_.phrases->with(Phrase::picture_named, {{"name", alt}})
                               : (*context_.phrases)[Phrase::picture]),
        style);
  }

  /// Something that can be seen in Teams only.
  void add_label(const std::string& label, Style style) {
    if (style.link < 0) style.link = add_link(document_, context_.message_link, policy_);
    style.is_code = false;
    flow_.add_run(label, style);
  }

  void end_paragraph() {
    Runs runs = flow_.take();
    if (!is_empty(runs)) blocks_->emplace_back(Paragraph{std::move(runs)});
  }

  static constexpr std::size_t k_most_label = 200;

  const BodyContext& context_;
  const HtmlPolicy& policy_;
  Document& document_;
  Blocks* blocks_ = nullptr;
  Flow flow_;
  int quotes_ = 0;
  int lists_ = 0;
  std::size_t table_cells_ = 0;
  bool is_whole_ = true;
};

}  // namespace

bool read_html(std::string_view html, const BodyContext& context, const HtmlPolicy& policy,
               Document& document, Blocks& blocks) {
  const Dom dom(html);
  HtmlReader reader(context, policy, document);
  Blocks found = reader.read(dom.root());
  blocks.insert(blocks.end(), std::make_move_iterator(found.begin()),
                std::make_move_iterator(found.end()));
  return reader.is_whole() && !dom.was_cut();
}

void read_text(std::string_view text, Blocks& blocks) {
  Paragraph paragraph;
  std::string kept;
  for (const char c : clean_text(text)) {
    // Single blanks stay what they are, so that lines can break there.
    const bool is_kept_blank = kept.empty() || kept.ends_with('\n') || kept.ends_with(' ') ||
                               kept.ends_with(k_no_break_space);
    if (c == ' ' && is_kept_blank) {
      kept += k_no_break_space;
    } else if (c == '\t') {
      for (int i = 0; i < 4; ++i) kept += k_no_break_space;
    } else {
      kept += c;
    }
  }
  paragraph.runs.push_back({std::move(kept), {}, {}, false});
  if (!is_empty(paragraph.runs)) blocks.emplace_back(std::move(paragraph));
}

int add_link(Document& document, std::string_view url, const HtmlPolicy& policy) {
  std::string address = link_address(url, policy.most_address_bytes);
  if (address.empty()) return -1;
  document.links.push_back(std::move(address));
  return static_cast<int>(document.links.size()) - 1;
}

std::string html_to_markdown(std::string_view html, const BodyContext& context,
                             const HtmlPolicy& policy) {
  Document document;
  read_html(html, context, policy, document, document.blocks);
  constexpr int k_most_links = 500;
  return write_markdown(document, k_most_links);
}

}  // namespace belfry::render
