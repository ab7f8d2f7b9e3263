#pragma once

#include <boost/test/unit_test.hpp>

#include "tests/blackbox/office.h"

namespace belfry::blackbox {

/// Microsoft takes an answer for one of ours that never came from us: the notification is gone.
inline sandbox::FaultRule lost(double share) {
  sandbox::FaultRule rule;
  rule.action = sandbox::FaultAction::answer;
  rule.status = 202;
  rule.probability = share;
  return rule;
}

/// An office with Anna, Bert and Cleo, the first two connected, the program ready, and a chat of
/// Anna and Cleo.
struct StaffedOffice : Office {
  explicit StaffedOffice(OfficeOptions options = {}) : Office(std::move(options)) {
    anna = hire("anna");
    bert = hire("bert");
    cleo = hire("cleo");
    start();
    BOOST_REQUIRE_MESSAGE(wait_until_ready(), log());
    BOOST_REQUIRE(connect(anna).body.find("You are connected") != std::string::npos);
    BOOST_REQUIRE(connect(bert).body.find("You are connected") != std::string::npos);
    chat = graph().create_chat(sandbox::ChatKind::one_on_one, "", {anna.teams, cleo.teams});
  }

  std::string say(const std::string& words, sandbox::Damage damage = sandbox::Damage::none) {
    sandbox::MessageOptions options;
    options.damage = damage;
    return graph().post_message(chat, cleo.teams, "<p>" + words + "</p>", options);
  }

  Colleague anna;
  Colleague bert;
  Colleague cleo;
  std::string chat;
};

}  // namespace belfry::blackbox
