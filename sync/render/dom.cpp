#include "sync/render/dom.h"

#include <algorithm>
#include <array>

#include "sync/render/text.h"

namespace belfry::render {
namespace {

/// Leaves out opening tags while too many elements stand open.
class Opener {
 public:
  Opener(std::string_view html, std::size_t most) : html_(html), most_(most) {}

  std::string read() {
    std::string out;
    out.reserve(html_.size());
    while (at_ < html_.size()) {
      const auto tag = std::min(html_.find('<', at_), html_.size());
      out += html_.substr(at_, tag - at_);
      at_ = tag;
      if (at_ == html_.size()) break;
      const bool is_kept = note_tag();
      const std::size_t end =
          is_kept ? at_ + 1 : std::min(html_.find('>', at_), html_.size() - 1) + 1;
      if (is_kept) out += html_[at_];
      at_ = end;
    }
    return out;
  }

 private:
  /// By a hash of their names, as closing tags of other elements close nothing.
  [[nodiscard]] std::size_t& open_of(std::size_t name) {
    std::size_t hash = 0;
    for (; name < html_.size() && is_alphanumeric(html_[name]); ++name)
      hash = hash * 31 + (static_cast<unsigned char>(html_[name]) | 0x20U);
    return open_[hash % open_.size()];
  }

  [[nodiscard]] bool is_void(std::size_t name) const {
    const std::string_view rest = html_.substr(name);
    const auto is_named = [&](std::string_view word) {
      return rest.size() > word.size() && lower_case(rest.substr(0, word.size())) == word &&
             !is_alphanumeric(rest[word.size()]);
    };
    return is_named("br") || is_named("img") || is_named("hr") || is_named("input");
  }

  bool note_tag() {
    const std::size_t name = at_ + 1;
    if (name >= html_.size()) return true;
    if (html_[name] == '/') {
      std::size_t& open = open_of(name + 1);
      if (open > 0) {
        --open;
        --total_;
      }
      return true;
    }
    if (!is_alphanumeric(html_[name]) || is_void(name)) return true;
    if (total_ >= most_) return false;
    ++open_of(name);
    ++total_;
    return true;
  }

  std::string_view html_;
  std::size_t most_;
  std::size_t at_ = 0;
  std::array<std::size_t, 64> open_{};
  std::size_t total_ = 0;
};

/// Not in the middle of a letter or tag.
std::string_view beginning_of(std::string_view html, std::size_t most) {
  std::string_view kept = html.substr(0, most);
  const auto tag = kept.rfind('<');
  if (tag != std::string_view::npos && kept.find('>', tag) == std::string_view::npos)
    kept = kept.substr(0, tag);
  while (!kept.empty() && (static_cast<unsigned char>(kept.back()) & 0x80U) != 0)
    kept.remove_suffix(1);
  return kept;
}

/// gumbo would show a sign for each.
bool is_control(std::string_view rest) {
  const auto c = static_cast<unsigned char>(rest[0]);
  if (c == 0xC2) return rest.size() > 1 && static_cast<unsigned char>(rest[1]) < 0xA0;
  return c == 0x7F || (c < 0x20 && !is_blank(rest[0])) || c == '\v';
}

std::string without_controls(std::string_view html) {
  std::string kept;
  kept.reserve(html.size());
  for (std::size_t i = 0; i < html.size(); ++i) {
    if (!is_control(html.substr(i))) {
      kept += html[i];
    } else if (static_cast<unsigned char>(html[i]) == 0xC2) {
      ++i;
    }
  }
  return kept;
}

bool has_many_tags(std::string_view html, std::size_t most) {
  return static_cast<std::size_t>(std::count(html.begin(), html.end(), '<')) > most;
}

}  // namespace

Dom::Dom(std::string_view html, const DomPolicy& policy)
    // A tree takes about 25 times its text.
    : chunk_bytes_(std::clamp<std::size_t>(html.size() * 8, 4'096, 256 * 1024)) {
  was_cut_ = html.size() > policy.most_bytes;
  if (was_cut_) html = beginning_of(html, policy.most_bytes);
  html_ = without_controls(html);
  if (has_many_tags(html_, policy.most_open_elements))
    html_ = Opener(html_, policy.most_open_elements).read();
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = allocate;
  options.deallocator = deallocate;
  options.userdata = this;
  options.max_errors = 0;
  options.fragment_context = GUMBO_TAG_BODY;
  tree_ = gumbo_parse_with_options(&options, html_.data(), html_.size());
}

void* Dom::allocate(void* dom, std::size_t bytes) {
  auto& self = *static_cast<Dom*>(dom);
  constexpr std::size_t k_alignment = alignof(std::max_align_t);
  bytes = (bytes + k_alignment - 1) / k_alignment * k_alignment;
  if (bytes > self.free_bytes_) {
    const std::size_t size = std::max(bytes, self.chunk_bytes_);
    self.chunks_.emplace_back(new std::byte[size]);
    self.free_ = self.chunks_.back().get();
    self.free_bytes_ = size;
  }
  std::byte* given = self.free_;
  self.free_ += bytes;
  self.free_bytes_ -= bytes;
  return given;
}

bool is_element(const GumboNode& node) {
  return node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE;
}

bool is_text(const GumboNode& node) {
  return node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE ||
         node.type == GUMBO_NODE_CDATA;
}

std::vector<const GumboNode*> children_of(const GumboNode& node) {
  if (!is_element(node)) return {};
  const GumboVector& children = node.v.element.children;
  std::vector<const GumboNode*> nodes;
  nodes.reserve(children.length);
  for (unsigned i = 0; i < children.length; ++i)
    nodes.push_back(static_cast<const GumboNode*>(children.data[i]));
  return nodes;
}

std::string_view attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  return found == nullptr ? std::string_view{} : std::string_view(found->value);
}

std::string unknown_name(const GumboElement& element) {
  GumboStringPiece piece = element.original_tag;
  if (piece.data == nullptr || piece.length == 0) return {};
  gumbo_tag_from_original_text(&piece);
  return lower_case({piece.data, piece.length});
}

std::string text_below(const GumboNode& node) {
  std::string text;
  std::vector<const GumboNode*> waiting{&node};
  while (!waiting.empty()) {
    const GumboNode& next = *waiting.back();
    waiting.pop_back();
    if (is_text(next)) text += next.v.text.text;
    if (!is_element(next) || is_unseen(next.v.element.tag)) continue;
    if (next.v.element.tag == GUMBO_TAG_BR) text += '\n';
    const auto children = children_of(next);
    waiting.insert(waiting.end(), children.rbegin(), children.rend());
  }
  return text;
}

bool is_unseen(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_NOEMBED:
    case GUMBO_TAG_OBJECT:
      return true;
    default:
      return false;
  }
}

}  // namespace belfry::render
