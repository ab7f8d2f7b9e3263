#pragma once

#include <set>
#include <vector>

#include "sync/sweep_request.h"

namespace belfry::kit {

/// Remembers what was asked for, and does nothing.
class RecordingSweepRequests : public sync::SweepRequests {
 public:
  void request(const sync::SweepRequest& request) override {
    triggers.push_back(request.trigger);
    if (request.only) people.insert(*request.only);
    if (request.chat) chats.insert(*request.chat);
  }
  void promise() override { ++promises; }
  void keep_promise() override { --promises; }
  void forget() {
    triggers.clear();
    people.clear();
    chats.clear();
  }

  std::vector<SweepTrigger> triggers;
  std::set<MattermostUserId> people;  ///< for whom alone
  std::set<ChatId> chats;             ///< of which alone
  int promises = 0;                   ///< not kept yet
};

}  // namespace belfry::kit
