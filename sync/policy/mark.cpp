#include "sync/policy/mark.h"

#include <algorithm>

namespace belfry::sync {

BelfryRef mark_of(const DeliveryKey& key, const Signer& signer) {
  // Lengths before the parts: no two different keys give one text.
  std::string text;
  for (const std::string* part :
       {&key.recipient.text(), &key.ref.chat.text(), &key.ref.message.text()}) {
    text += std::to_string(part->size());
    text += ':';
    text += *part;
  }
  text += name_of(key.kind);
  // One message is created and deleted once, and edited again and again.
  if (key.kind == ChangeKind::edited) text += std::to_string(key.due_order);
  return BelfryRef{signer.sign("post", text)};
}

const PostSummary* find_mark(const PostPage& page, const BelfryRef& mark) {
  const auto found = std::find_if(page.posts.begin(), page.posts.end(),
                                  [&mark](const PostSummary& post) { return post.mark == mark; });
  return found == page.posts.end() ? nullptr : &*found;
}

const PostSummary* MarkSearch::look_through(const PostPage& page, const BelfryRef& mark,
                                            WallTime since, int most_pages) {
  if (const PostSummary* found = find_mark(page, mark)) return found;
  ++next_page;
  const bool is_past = page.oldest && *page.oldest < since;
  is_over = page.is_last || is_past || next_page >= most_pages;
  return nullptr;
}

}  // namespace belfry::sync
