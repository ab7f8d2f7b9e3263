#include "sync/intake.h"

#include <boost/test/unit_test.hpp>

#include "tests/kit/fake_clock.h"
#include "tests/kit/recording_journal.h"
#include "tests/sim/model/model_store.h"

namespace belfry::sync {
namespace {

constexpr Month k_march{std::chrono::year{2026}, std::chrono::month{3}};

/// All are ours, and counted.
class MeteredRegister : public SubscriptionRegister {
 public:
  [[nodiscard]] Checked check(const Notification&) const override {
    return {Verdict::ours_and_metered};
  }
};

struct IntakeFixture : Wakeup {
  kit::FakeClock clock;
  sim::ModelStore store;
  kit::RecordingJournal journal;
  MeteredRegister subscriptions;
  Agenda agenda;
  Traffic traffic{store};
  ServerTime server_time;
  Intake intake{store, store, subscriptions, agenda, traffic, server_time, *this, journal};

  void work_arrived(Slot) override {}
};

BOOST_FIXTURE_TEST_SUITE(intake, IntakeFixture)

BOOST_AUTO_TEST_CASE(what_is_metered_counts_in_the_month_of_microsofts_clock) {
  server_time.heard(clock.now().wall, clock.now());
  clock.jump(std::chrono::days{40});
  Notification notification;
  notification.subscription = SubscriptionId{"metered"};
  notification.ref = {ChatId{"19:release@thread.v2"}, MessageId{"1772439330000"}};
  NotificationBatch batch;
  batch.notifications = {notification};

  BOOST_TEST((intake.receive(batch, clock.now()) == IntakeAnswer::accepted));

  BOOST_TEST(store.spending(Bucket::notifications, k_march)->spent == 1U);
  BOOST_TEST(store.spending(Bucket::notifications, month_of(clock.now().wall))->spent == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
