#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/contract/store/samples.h"
#include "tests/contract/store/subjects.h"

using namespace belfry;
using namespace belfry::contract;
using belfry::sync::JournalRecord;

namespace {

JournalRecord record(int number) {
  return {after_start(number / 2), "delivered", "latency_ms=" + std::to_string(number)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(subscription_store)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_subscription_is_kept_replaced_and_removed, Subject, Subjects) {
  Subject subject;
  Subscription renewed = subscription(1);
  renewed.expires = after_start(999);

  must(subject.store().put_subscription(subscription(1)));
  must(subject.store().put_subscription(subscription(2)));
  must(subject.store().put_subscription(renewed));
  must(subject.store().remove_subscription(subscription(2).id));
  must(subject.store().remove_subscription(subscription(2).id));
  subject.cut_power();

  const auto kept = must(subject.store().subscriptions());
  BOOST_TEST_REQUIRE(kept.size() == 1U);
  BOOST_CHECK(are_equal(kept[0], renewed));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(certificates_are_kept_oldest_first, Subject, Subjects) {
  Subject subject;

  must(subject.store().put_certificate(certificate(1)));
  must(subject.store().put_certificate(certificate(2)));
  must(subject.store().put_certificate(certificate(3)));
  must(subject.store().put_certificate(certificate(3)));
  must(subject.store().remove_certificate(certificate(2).id));
  must(subject.store().remove_certificate(certificate(2).id));
  subject.cut_power();

  const auto kept = must(subject.store().certificates());
  BOOST_TEST_REQUIRE(kept.size() == 2U);
  BOOST_CHECK(are_equal(kept[0], certificate(3)));
  BOOST_CHECK(are_equal(kept[1], certificate(1)));
  BOOST_TEST(must(subject.store().subscriptions()).empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(service_store)

BOOST_AUTO_TEST_CASE_TEMPLATE(an_installation_keeps_its_name, Subject, Subjects) {
  Subject subject;
  const std::string name = subject.store().instance_id();

  subject.reopen();

  BOOST_TEST(name.size() == 32U);
  BOOST_TEST(name.find_first_not_of("0123456789abcdef") == std::string::npos);
  BOOST_TEST(subject.store().instance_id() == name);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_time_of_the_last_webhook_is_remembered, Subject, Subjects) {
  Subject subject;
  BOOST_CHECK(!must(subject.store().last_webhook_time()));

  must(subject.store().set_last_webhook_time(after_start(1)));
  must(subject.store().set_last_webhook_time(after_start(2)));
  subject.reopen();

  BOOST_CHECK(must(subject.store().last_webhook_time()) == after_start(2));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_clean_stop_is_told_once, Subject, Subjects) {
  Subject subject;
  const bool at_first = must(subject.store().take_clean_shutdown());
  must(subject.store().set_clean_shutdown());
  subject.cut_power();

  const bool after_clean_stop = must(subject.store().take_clean_shutdown());
  subject.cut_power();
  const bool after_crash = must(subject.store().take_clean_shutdown());

  BOOST_TEST(!at_first);
  BOOST_TEST(after_clean_stop);
  BOOST_TEST(!after_crash);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(journal_store)

BOOST_AUTO_TEST_CASE_TEMPLATE(the_newest_records_come_first, Subject, Subjects) {
  Subject subject;
  const std::vector<JournalRecord> first = {record(1), record(2), record(3)};
  const std::vector<JournalRecord> second = {record(4), record(5)};

  must(subject.store().append(first));
  must(subject.store().append(second));

  const auto newest = must(subject.store().newest_records(4));
  BOOST_TEST_REQUIRE(newest.size() == 4U);
  for (int i = 0; i < 4; ++i) {
    BOOST_TEST(newest[static_cast<std::size_t>(i)].detail == record(5 - i).detail);
    BOOST_CHECK(newest[static_cast<std::size_t>(i)].at == record(5 - i).at);
    BOOST_TEST(newest[static_cast<std::size_t>(i)].event == "delivered");
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_journal_outlives_a_restart_and_equal_lines_stay_two, Subject,
                              Subjects) {
  Subject subject;
  const std::vector<JournalRecord> line = {record(1)};
  must(subject.store().append(line));

  subject.reopen();
  must(subject.store().append(line));

  BOOST_TEST(must(subject.store().newest_records(10)).size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
