#include "tests/sim/faults.h"

namespace belfry::sim {

FaultRates FaultRates::chosen_by(Dice& dice) {
  FaultRates rates;
  const auto maybe = [&dice](std::uint64_t& rate, std::uint64_t most) {
    if (dice.falls(400)) rate = dice.between(1, most);
  };
  maybe(rates.refused, 300);
  maybe(rates.lost_answer, 300);
  maybe(rates.throttled, 200);
  maybe(rates.unauthorized, 100);
  maybe(rates.crash, 60);
  maybe(rates.duplicate, 500);
  maybe(rates.late, 500);
  maybe(rates.edited, 300);
  maybe(rates.deleted, 200);
  maybe(rates.forged, 200);
  maybe(rates.unannounced, 600);
  return rates;
}

}  // namespace belfry::sim
