#include "sync/render/document.h"

#include <algorithm>
#include <utility>

#include "sync/render/text.h"

namespace belfry::render {
namespace {

bool is_seen(std::string_view text) {
  while (!text.empty()) {
    if (text.starts_with(k_no_break_space)) {
      text.remove_prefix(k_no_break_space.size());
    } else if (is_blank(text.front())) {
      text.remove_prefix(1);
    } else {
      return true;
    }
  }
  return false;
}

void append_blank(Runs& line) {
  if (!line.empty()) line.push_back({" ", {}, {}, false});
}

void append_flat(Runs& line, const Runs& runs) {
  append_blank(line);
  for (Run run : runs) {
    std::replace(run.text.begin(), run.text.end(), '\n', ' ');
    line.push_back(std::move(run));
  }
}

void flatten_into(Runs& line, const Blocks& blocks);

struct Flatten {
  Runs& line;

  void operator()(const Paragraph& one) const { append_flat(line, one.runs); }
  void operator()(const Heading& one) const { append_flat(line, one.runs); }
  void operator()(const CodeBlock& one) const {
    Style code;
    code.is_code = true;
    append_flat(line, {{one.text, code, {}, false}});
  }
  void operator()(const Rule&) const {}
  void operator()(const Quote& one) const { flatten_into(line, one.blocks); }
  void operator()(const List& one) const {
    int number = one.first_number;
    for (const Blocks& item : one.items) {
      append_blank(line);
      line.push_back({one.is_ordered ? std::to_string(number++) + "." : "•", {}, {}, false});
      flatten_into(line, item);
    }
  }
  void operator()(const Table& one) const {
    for (const auto& row : one.rows) {
      for (const Runs& cell : row) append_flat(line, cell);
    }
  }
};

void flatten_into(Runs& line, const Blocks& blocks) {
  for (const Block& block : blocks) std::visit(Flatten{line}, block.is);
}

std::size_t text_of(const Runs& runs) {
  std::size_t count = 0;
  for (const Run& run : runs) count += count_runes(run.text);
  return count;
}

struct CountText {
  std::size_t operator()(const Paragraph& one) const { return text_of(one.runs); }
  std::size_t operator()(const Heading& one) const { return text_of(one.runs); }
  std::size_t operator()(const CodeBlock& one) const { return count_runes(one.text); }
  std::size_t operator()(const Rule&) const { return 1; }
  std::size_t operator()(const Quote& one) const { return count_text(one.blocks); }
  std::size_t operator()(const List& one) const {
    std::size_t count = 0;
    for (const Blocks& item : one.items) count += count_text(item);
    return count;
  }
  std::size_t operator()(const Table& one) const {
    std::size_t count = 0;
    for (const auto& row : one.rows) {
      for (const Runs& cell : row) count += text_of(cell);
    }
    return count;
  }
};

/// Copies until its room is used up.
class Cutter {
 public:
  explicit Cutter(std::size_t room) : room_(room) {}

  Blocks copy(const Blocks& blocks) {
    Blocks kept;
    for (const Block& block : blocks) {
      if (is_full_) break;
      kept.push_back(std::visit([this](const auto& one) { return Block{copy(one)}; }, block.is));
    }
    return kept;
  }

 private:
  Paragraph copy(const Paragraph& one) { return {copy(one.runs)}; }
  Heading copy(const Heading& one) { return {one.level, copy(one.runs)}; }
  CodeBlock copy(const CodeBlock& one) { return {taken(one.text), one.language}; }
  Rule copy(const Rule&) {
    (void)taken("-");
    return {};
  }
  Quote copy(const Quote& one) { return {copy(one.blocks)}; }
  List copy(const List& one) {
    List kept{one.is_ordered, one.first_number, {}};
    for (const Blocks& item : one.items) {
      if (is_full_) break;
      kept.items.push_back(copy(item));
    }
    return kept;
  }
  Table copy(const Table& one) {
    Table kept;
    for (const auto& row : one.rows) {
      if (is_full_) break;
      auto& cells = kept.rows.emplace_back();
      for (const Runs& cell : row) cells.push_back(is_full_ ? Runs{} : copy(cell));
    }
    return kept;
  }

  Runs copy(const Runs& runs) {
    Runs kept;
    for (const Run& run : runs) {
      if (is_full_) break;
      kept.push_back(run);
      if (!run.person.empty() && count_runes(run.text) > room_) {
        kept.back() = {};  // half a name is another name
        is_full_ = true;
      }
      kept.back().text = taken(kept.back().text);
    }
    return kept;
  }

  std::string taken(std::string_view text) {
    const std::size_t runes = count_runes(text);
    if (!is_full_ && runes <= room_) {
      room_ -= runes;
      return std::string(text);
    }
    const std::size_t end = is_full_ ? 0 : cut_position(text, room_);
    is_full_ = true;
    room_ = 0;
    return std::string(text.substr(0, end)) + "…";
  }

  std::size_t room_;
  bool is_full_ = false;
};

}  // namespace

void add_paragraph(Blocks& blocks, Runs runs) {
  blocks.emplace_back(Paragraph{std::move(runs)});
}

bool is_empty(const Runs& runs) {
  return std::none_of(runs.begin(), runs.end(), [](const Run& run) { return is_seen(run.text); });
}

Runs flattened(const Blocks& blocks) {
  Runs line;
  flatten_into(line, blocks);
  return line;
}

std::size_t count_text(const Blocks& blocks) {
  std::size_t count = 0;
  for (const Block& block : blocks) count += std::visit(CountText{}, block.is);
  return count;
}

Blocks cut_to(const Blocks& blocks, std::size_t most) {
  return Cutter(most).copy(blocks);
}

}  // namespace belfry::render
