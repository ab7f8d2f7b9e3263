#include "app/journal_writer.h"

#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "app/os_entropy.h"
#include "tests/kit/fake_clock.h"

namespace belfry::app {
namespace {

class RecordsInMemory : public sync::JournalStore {
 public:
  Result<> append(std::span<const sync::JournalRecord> records) override {
    if (is_full) return fail(ErrorKind::transient, "no space left");
    stored.insert(stored.end(), records.begin(), records.end());
    return {};
  }
  Result<std::vector<sync::JournalRecord>> newest_records(std::size_t) override { return stored; }

  std::vector<sync::JournalRecord> stored;
  bool is_full = false;
};

const MessageRef k_ref{ChatId{"19:secret-chat@thread.v2"}, MessageId{"1772439330000"}};
const MattermostUserId k_anna{"annaannaannaannaannaannaan"};

struct JournalFixture {
  kit::FakeClock clock;
  std::vector<std::string> lines;
  Log log{Config::Log{LogLevel::debug, LogFormat::text},
          clock,
          {},
          {[this](std::string_view line) { lines.emplace_back(line); }, true}};
  Metrics metrics;
  HmacSigner signer{Secret{"master"}, "instance"};
  RecordsInMemory store;
  JournalPolicy policy{.most_waiting = 5, .batch = 2};
  JournalWriter journal{log, metrics, signer, store, clock, policy};

  std::string only_line() {
    BOOST_REQUIRE_EQUAL(lines.size(), 1U);
    return lines[0];
  }
  bool shows(const std::string& sample) {
    const std::string text = metrics.exposition();
    return ("\n" + text).find("\n" + sample + "\n") != std::string::npos;
  }
  void flush_all() {
    while (journal.flush(clock.now()).worked) {
    }
  }
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

BOOST_FIXTURE_TEST_SUITE(journal_writer, JournalFixture)

BOOST_AUTO_TEST_CASE(ids_become_short_hashes_that_need_the_key) {
  const std::string hash = journal.short_hash("19:secret-chat@thread.v2");

  BOOST_TEST(hash.size() == 8U);
  BOOST_TEST(hash == journal.short_hash("19:secret-chat@thread.v2"));
  BOOST_TEST(hash != journal.short_hash("19:other-chat@thread.v2"));
  const HmacSigner other(Secret{"master"}, "another instance");
  BOOST_TEST(
      hash !=
      JournalWriter(log, metrics, other, store, clock).short_hash("19:secret-chat@thread.v2"));
}

BOOST_AUTO_TEST_CASE(a_closed_bucket_and_clocks_that_differ_are_warned_of_and_kept) {
  journal.record(sync::BucketClosed{
      Bucket::exports,
      {Refusal::billing, clock.now().wall, *parse_iso8601("2026-03-03T08:15:30Z")},
      {ErrorKind::exhausted, "messages_delta: status 402", {}, 402, {}}});
  journal.record(sync::ClocksDiffer{-std::chrono::minutes{10}});
  flush_all();

  BOOST_REQUIRE_EQUAL(lines.size(), 2U);
  BOOST_TEST(holds(lines[0], "event=allowance_closed bucket=export reason=billing"));
  BOOST_TEST(holds(lines[0], "until=2026-03-03T08:15:30.000Z"));
  BOOST_TEST(holds(lines[0], "status 402"));
  BOOST_TEST(holds(lines[1], "event=clocks_differ ahead_s=-600"));
  BOOST_TEST(store.stored.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_delivery_is_a_line_a_metric_and_a_record) {
  sync::Delivered event;
  event.ref = k_ref;
  event.user = k_anna;
  event.latency = Duration{41};

  journal.record(event);
  flush_all();

  BOOST_TEST(holds(only_line(),
                   "<7>level=debug event=delivered chat=" + journal.short_hash(k_ref.chat.text())));
  BOOST_TEST(holds(lines[0], "result=posted source=webhook latency_ms=41"));
  BOOST_TEST(shows("belfry_deliveries_total{result=\"posted\"} 1"));
  BOOST_TEST(shows("belfry_delivery_latency_seconds_count 1"));
  BOOST_REQUIRE_EQUAL(store.stored.size(), 1U);
  BOOST_TEST(store.stored[0].event == "delivered");
  BOOST_TEST((store.stored[0].at == clock.now().wall));
  BOOST_TEST(holds(store.stored[0].detail, "result=posted source=webhook latency_ms=41"));
}

BOOST_AUTO_TEST_CASE(no_id_is_ever_written_as_it_is) {
  const Error why{ErrorKind::refused, "read_message: 400", {}, 400, "badrequest"};
  const SubscriptionId subscription{"subscription-id-of-graph"};
  const std::vector<sync::Event> events = {
      sync::ChangeDone{k_ref, ChangeKind::created, Source::webhook, sync::ChangeResult::planned, 1},
      sync::ChangeDone{k_ref, ChangeKind::created, Source::webhook, sync::ChangeResult::forged, 0},
      sync::ChangePostponed{k_ref, 1, Duration{5}, why},
      sync::ChangeDead{k_ref, why},
      sync::RecipientSkipped{k_ref, k_anna, sync::SkipReason::muted},
      sync::ResourceUnreadable{k_ref, why},
      sync::Delivered{k_ref, k_anna, sync::DeliveryResult::posted, Source::webhook, {}},
      sync::DeliveryPostponed{k_ref, k_anna, 1, Duration{5}, why},
      sync::DeliveryInDoubt{k_ref, k_anna},
      sync::DeliveryDead{k_ref, k_anna, why},
      sync::FileCarried{k_ref, k_anna, 5},
      sync::FileLeftOut{k_ref, k_anna, FileTrouble::blocked, why.text},
      sync::SubscriptionCreated{subscription, "/chats/getAllMessages", {}},
      sync::SubscriptionRenewed{subscription, {}},
      sync::SubscriptionLost{subscription, "/chats/getAllMessages", "expired", {}},
      sync::SubscriptionRemoved{subscription, "/chats/getAllMessages", "not wanted"},
      sync::ChatLeftToSweeps{k_ref.chat, why},
      sync::SubscribeKindChanged{sync::SubscribeKind::chats, sync::SubscribeKind::accounts, why},
      sync::LifecycleReceived{subscription, "missed"},
      sync::AccountConnected{k_anna},
      sync::AccountDisconnected{k_anna, "user", ""},
      sync::ConnectRefused{k_anna, "mail"},
  };

  for (const sync::Event& event : events) journal.record(event);
  flush_all();

  std::string all = metrics.exposition();
  for (const std::string& line : lines) all += line;
  for (const auto& record : store.stored) all += record.detail;
  for (const std::string& id :
       {k_ref.chat.text(), k_ref.message.text(), k_anna.text(), subscription.text()})
    BOOST_TEST(!holds(all, id), id);
}

BOOST_AUTO_TEST_CASE(other_peoples_chats_leave_no_trace_but_a_number) {
  journal.record(
      sync::ChangeDone{k_ref, ChangeKind::created, Source::webhook, sync::ChangeResult::nobody, 0});
  flush_all();

  BOOST_TEST(lines.empty());
  BOOST_TEST(store.stored.empty());
  BOOST_TEST(
      shows("belfry_changes_total{kind=\"created\",result=\"nobody\",source=\"webhook\"} 1"));
}

BOOST_AUTO_TEST_CASE(a_webhook_is_counted_by_what_became_of_its_entries) {
  sync::NotificationsReceived event;
  event.stored = 3;
  event.wrong_client_state = 2;

  journal.record(event);

  BOOST_TEST(shows("belfry_notifications_received_total{result=\"stored\"} 3"));
  BOOST_TEST(shows("belfry_notifications_received_total{result=\"wrong_client_state\"} 2"));
  BOOST_TEST(lines.size() == 2U);
  BOOST_TEST(holds(lines.back(), "<4>level=warn event=notifications_refused wrong_client_state=2"));
}

BOOST_AUTO_TEST_CASE(what_an_administrator_must_mend_is_an_error) {
  const Error why{ErrorKind::unauthorized, "token: 401 invalid_client", {}, 401, ""};

  journal.record(sync::AdministratorNeeded{sync::Upstream::entra, why});

  BOOST_TEST(only_line() ==
             "<3>level=error event=administrator_needed upstream=entra kind=unauthorized "
             "error=\"token: 401 invalid_client\"\n");
}

BOOST_AUTO_TEST_CASE(records_wait_for_a_store_that_cannot_take_them) {
  store.is_full = true;
  journal.record(sync::AccountConnected{k_anna});
  const sync::StepOutcome failed = journal.flush(clock.now());
  BOOST_TEST(!failed.worked);
  BOOST_TEST((failed.next > clock.now().steady));

  store.is_full = false;
  flush_all();

  BOOST_TEST(store.stored.size() == 1U);
}

BOOST_AUTO_TEST_CASE(beyond_its_limit_the_oldest_record_gives_way_and_is_counted) {
  for (int i = 0; i < 7; ++i) {
    clock.advance(std::chrono::seconds{1});
    journal.record(sync::AccountConnected{k_anna});
  }
  flush_all();

  BOOST_REQUIRE_EQUAL(store.stored.size(), 5U);
  BOOST_TEST((store.stored.back().at == clock.now().wall));
  BOOST_TEST(shows("belfry_journal_dropped_total 2"));
}

BOOST_AUTO_TEST_CASE(left_out_lines_are_told_when_records_are_stored) {
  for (int i = 0; i < 15; ++i)
    journal.record(sync::DeliveryPostponed{k_ref, k_anna, 1, Duration{5}, Error{}});
  clock.advance(std::chrono::minutes{1});

  flush_all();

  BOOST_TEST(holds(lines.back(), "event=left_out of=delivery_postponed lines=5"));
}

BOOST_AUTO_TEST_CASE(the_line_of_a_found_message_is_left_to_whoever_stores_the_message) {
  const sync::MessageReconciled found{k_ref, SweepTrigger::schedule, WallTime{}, "it was lost"};

  journal.record(found);
  flush_all();
  const JournalRecord line = journal.line_of(found);

  BOOST_TEST(store.stored.empty());
  BOOST_TEST(only_line().find("message_reconciled") != std::string::npos);
  BOOST_TEST(line.event == "message_reconciled");
  BOOST_TEST(holds(line.detail, "trigger=schedule"));
  BOOST_TEST(holds(line.detail, "it was lost"));
  BOOST_TEST(!holds(line.detail, "secret-chat"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::app
