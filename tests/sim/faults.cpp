#include "tests/sim/faults.h"

#include <algorithm>

namespace belfry::sim {
namespace {

/// Each fault is on in four worlds of ten.
struct Choice {
  Dice& dice;
  std::uint64_t share;  ///< of the usual rate, in thousandths

  void operator()(std::uint64_t& rate, std::uint64_t most) const {
    if (!dice.falls(400)) return;
    rate = std::max<std::uint64_t>(dice.between(1, most) * share / 1000, 1);
  }
};

void choose(FaultRates& rates, const Choice& of_requests, const Choice& of_messages) {
  of_requests(rates.refused, 300);
  of_requests(rates.lost_answer, 300);
  of_requests(rates.throttled, 200);
  of_requests(rates.unauthorized, 100);
  of_messages(rates.duplicate, 500);
  of_messages(rates.late, 500);
  of_messages(rates.edited, 300);
  of_messages(rates.deleted, 200);
  of_messages(rates.forged, 200);
  of_messages(rates.lagging, 500);
  of_requests(rates.void_link, 200);
  of_messages(rates.unpostable, 60);
  of_messages(rates.unreadable, 60);
}

}  // namespace

FaultRates FaultRates::chosen_by(Dice& dice) {
  FaultRates rates;
  const Choice usual{dice, 1000};
  choose(rates, usual, usual);
  usual(rates.crash, 60);
  usual(rates.unannounced, 600);
  usual(rates.slow, 300);
  usual(rates.closed, 30);
  usual(rates.damaged, 30);
  return rates;
}

FaultRates FaultRates::rare_ones_chosen_by(Dice& dice) {
  FaultRates rates;
  choose(rates, {dice, 20}, {dice, 200});
  const Choice rare{dice, 20};
  rare(rates.unannounced, 600);
  rare(rates.slow, 300);
  rare(rates.closed, 30);
  rare(rates.damaged, 30);
  return rates;
}

}  // namespace belfry::sim
