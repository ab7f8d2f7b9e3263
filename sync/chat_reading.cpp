#include "sync/chat_reading.h"

#include <algorithm>
#include <utility>

namespace belfry::sync {
namespace {

/// As fine as Graph's times are, and its filters exclude the time that they name.
constexpr std::chrono::milliseconds k_moment{1};

std::size_t size_of(const Change& change) {
  return change.found ? change.found->reveal().size() : 0;
}

}  // namespace

ChangedBetween ChatReading::part() const {
  return {since_, ends_.empty() ? std::nullopt : std::optional(ends_.back() + k_moment)};
}

void ChatReading::restart() {
  held_.clear();
  held_bytes_ = 0;
  old_.clear();
  dropped_since_.reset();
  dropped_ = 0;
  dropped_bytes_ = 0;
  new_ends_.clear();
  last_.reset();
  last_of_page_before_.reset();
  has_no_order_ = false;
  standing_ = 0;
  met_ = 0;
  pages_ = 0;
  if (is_first_) first_.clear();
}

bool ChatReading::meets(WallTime modified) {
  if (last_ && modified > *last_) has_no_order_ = true;
  last_ = modified;
  const bool is_of_part = modified > since_ && (ends_.empty() || modified <= ends_.back());
  if (!is_of_part) return false;
  ++met_;
  if (is_first_) first_.push_back(modified);
  return true;
}

template <class T>
void ChatReading::insert(std::deque<Held<T>>& held, T what, WallTime modified) {
  const auto place =
      std::upper_bound(held.begin(), held.end(), modified,
                       [](WallTime time, const Held<T>& one) { return time > one.modified; });
  held.insert(place, {std::move(what), modified});
}

void ChatReading::hold(Change change, WallTime modified) {
  held_bytes_ += size_of(change);
  insert(held_, std::move(change), modified);
  // With two of them each list comes further, however large they are.
  while (held_.size() > 2 &&
         (held_.size() > limits_.most_changes || held_bytes_ > limits_.most_bytes))
    drop_newest();
}

void ChatReading::drop_newest() {
  const auto& [change, modified] = held_.front();
  const std::size_t size = size_of(change);
  const bool is_part_full =
      dropped_ >= limits_.most_changes || dropped_bytes_ + size > limits_.most_bytes;
  // What has the same millisecond cannot be asked for apart: all of it is the older part's.
  if (dropped_ > 0 && is_part_full) {
    new_ends_.push_back(modified);
    dropped_ = 0;
    dropped_bytes_ = 0;
  }
  ++dropped_;
  dropped_bytes_ += size;
  dropped_since_ = std::min(dropped_since_.value_or(modified), modified);
  held_bytes_ -= size;
  held_.pop_front();
}

void ChatReading::hold(OldMessage old, WallTime modified) {
  insert(old_, std::move(old), modified);
  if (old_.size() <= limits_.most_old) return;
  dropped_since_ = std::min(dropped_since_.value_or(WallTime::max()), old_.front().modified);
  old_.pop_front();
}

void ChatReading::end_page() {
  ++pages_;
  const bool comes_further =
      !has_no_order_ && last_ && (!last_of_page_before_ || *last_ < *last_of_page_before_);
  standing_ = comes_further ? 0 : standing_ + 1;
  last_of_page_before_ = last_;
}

bool ChatReading::goes_on() const {
  return has_no_order_ || !last_ || *last_ > since_;
}

std::vector<Change> ChatReading::changes() const {
  std::vector<Change> changes;
  changes.reserve(held_.size());
  for (const auto& held : held_) changes.push_back(held.what);
  return changes;
}

std::vector<OldMessage> ChatReading::old() const {
  std::vector<OldMessage> old;
  old.reserve(old_.size());
  for (const auto& held : old_) old.push_back(held.what);
  return old;
}

bool ChatReading::must_repeat() {
  if (ends_.empty() || pages_ < 2 || met_ >= expected_) return false;
  expected_ = met_;
  restart();
  return true;
}

bool ChatReading::next_part() {
  const bool is_cut = dropped_since_.has_value();
  const bool is_over = !is_cut && ends_.empty();
  if (is_cut) {
    ends_.insert(ends_.end(), new_ends_.begin(), new_ends_.end());
    // Where even one moment does not fit, what follows it is read all the same.
    has_left_out_ = has_left_out_ || *dropped_since_ - k_moment <= since_;
    since_ = std::max(*dropped_since_ - k_moment, since_ + k_moment);
  } else if (!is_over) {
    since_ = ends_.back();
  }
  // Whoever keeps no order may know no filter either: each list may be all of them.
  if (has_no_order_) ends_.clear();
  while (!ends_.empty() && ends_.back() <= since_) ends_.pop_back();
  is_first_ = false;
  if (!ends_.empty()) {
    const auto is_of_part = [this](WallTime one) { return one > since_ && one <= ends_.back(); };
    expected_ = static_cast<std::size_t>(std::count_if(first_.begin(), first_.end(), is_of_part));
  }
  restart();
  return !is_over;
}

}  // namespace belfry::sync
