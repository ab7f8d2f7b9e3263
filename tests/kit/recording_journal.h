#pragma once

#include <vector>

#include "sync/port/journal.h"

namespace belfry::kit {

/// A journal that remembers, in order.
class RecordingJournal : public sync::Journal {
 public:
  void record(const sync::Event& event) override { events_.push_back(event); }
  [[nodiscard]] JournalRecord line_of(const sync::MessageReconciled& event) const override {
    return {event.written, "message_reconciled", event.ref.message.text()};
  }

  /// The events of one kind.
  template <class Kind>
  [[nodiscard]] std::vector<Kind> all() const {
    std::vector<Kind> found;
    for (const sync::Event& event : events_) {
      if (const auto* one = std::get_if<Kind>(&event)) found.push_back(*one);
    }
    return found;
  }
  template <class Kind>
  [[nodiscard]] std::size_t count() const {
    return all<Kind>().size();
  }
  [[nodiscard]] const std::vector<sync::Event>& events() const { return events_; }
  void clear() { events_.clear(); }

 private:
  std::vector<sync::Event> events_;
};

}  // namespace belfry::kit
