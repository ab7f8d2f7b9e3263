#include "sync/render/markdown.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include "sync/render/escape.h"
#include "sync/render/line_writer.h"
#include "sync/render/text.h"

namespace belfry::render {
namespace {

/// Wider tables are written as lines: nobody could read them, and all rows are as wide as the
/// widest.
constexpr std::size_t k_most_columns = 40;

template <class T>
bool is(const Block& block) {
  return std::holds_alternative<T>(block.is);
}

class BlockWriter {
 public:
  BlockWriter(const std::vector<std::string>& links, int links_left)
      : links_left_(links_left), lines_(links, links_left_) {}

  std::string write(const Blocks& blocks) {
    write_all(blocks);
    while (out_.ends_with('\n')) out_.pop_back();
    return std::move(out_);
  }

 private:
  /// `lead_` stands before the next line, `prefix_` before all after it.
  void line(std::string_view text) {
    out_ += lead_;
    out_ += text;
    if (text.empty()) {
      while (out_.ends_with(' ')) out_.pop_back();
    }
    out_ += '\n';
    lead_ = prefix_;
  }

  void write_all(const Blocks& blocks) {
    const Block* last = nullptr;
    for (const Block& block : blocks) {
      if (last != nullptr) part(*last, block);
      std::visit([this](const auto& one) { write_one(one); }, block.is);
      last = &block;
    }
  }

  /// Without an empty line a paragraph would go on in the quote or list above it; lists and quotes
  /// with nothing else between them would be one. In lists nothing more than that, as an empty
  /// line there makes all items stand apart.
  void part(const Block& last, const Block& next) {
    const bool is_open_ended = is<Quote>(last) || is<List>(last) || is<Table>(last);
    const auto* list = std::get_if<List>(&next.is);
    const bool cannot_interrupt = list != nullptr && list->is_ordered && list->first_number != 1;
    if (list_depth_ == 0 || is_open_ended || cannot_interrupt) line("");
    if ((is<Quote>(last) && is<Quote>(next)) || (is<List>(last) && is<List>(next))) {
      line(k_word_joiner);
      line("");
    }
  }

  void write_one(const Paragraph& one) {
    bool is_after_gap = false;
    for (const std::string& text : lines_.lines(one.runs)) {
      const bool is_gap = text.empty();
      // One empty line is as good as five, and in a list worse than none.
      if (!is_gap || (!is_after_gap && list_depth_ == 0)) line(text);
      is_after_gap = is_gap;
    }
  }

  void write_one(const Heading& one) {
    line(std::string(static_cast<std::size_t>(one.level), '#') + " " +
         lines_.single(one.runs, Line::of_heading));
  }

  void write_one(const CodeBlock& one) {
    const std::string fence = fence_for(one.text);
    line(fence + code_language(one.language));
    for_each_line(one.text, [this](std::string_view text) { line(text); });
    line(fence);
  }

  void write_one(const Rule&) { line("***"); }

  void write_one(const Quote& one) {
    const std::string outer = prefix_;
    prefix_ += "> ";
    lead_ += "> ";
    write_all(one.blocks);
    prefix_ = outer;
    lead_ = outer;
  }

  void write_one(const List& one) {
    const std::string outer = prefix_;
    ++list_depth_;
    int number = one.first_number;
    for (const Blocks& item : one.items) {
      const std::string marker = one.is_ordered ? std::to_string(number++) + ". " : "- ";
      lead_ += marker;
      prefix_ = outer + std::string(marker.size(), ' ');
      write_all(item);
      prefix_ = outer;
      lead_ = outer;
    }
    --list_depth_;
  }

  void write_one(const Table& one) {
    std::size_t columns = 0;
    for (const auto& row : one.rows) columns = std::max(columns, row.size());
    // The web client knows no tables in lists, nor such without a row below the head.
    const bool is_plain = list_depth_ != 0 || columns > k_most_columns || one.rows.size() == 1;
    for (std::size_t r = 0; r < one.rows.size(); ++r) {
      is_plain ? write_plain_row(one.rows[r]) : write_row(one.rows[r], columns);
      if (r != 0 || is_plain) continue;
      std::string rule = "|";
      for (std::size_t c = 0; c < columns; ++c) rule += "---|";
      line(rule);
    }
  }

  void write_row(const std::vector<Runs>& row, std::size_t columns) {
    std::string text = "|";
    for (std::size_t c = 0; c < columns; ++c) {
      const std::string cell = c < row.size() ? lines_.single(row[c], Line::of_cell) : "";
      text += cell.empty() ? "  |" : " " + cell + " |";
    }
    line(text);
  }

  void write_plain_row(const std::vector<Runs>& row) {
    Runs runs;
    for (const Runs& cell : row) {
      if (is_empty(cell)) continue;
      if (!runs.empty()) runs.push_back({" · ", {}, {}, false});
      for (Run run : cell) {
        std::replace(run.text.begin(), run.text.end(), '\n', ' ');
        runs.push_back(std::move(run));
      }
    }
    write_one(Paragraph{std::move(runs)});
  }

  std::string out_;
  std::string lead_;
  std::string prefix_;
  int list_depth_ = 0;
  int links_left_;
  LineWriter lines_;
};

}  // namespace

std::string write_markdown(const Document& document, int links_left) {
  return BlockWriter(document.links, links_left).write(document.blocks);
}

}  // namespace belfry::render
