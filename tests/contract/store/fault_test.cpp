#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/contract/store/script.h"

using namespace belfry;
using namespace belfry::contract;
using storage::RocksStore;
using storage::StoreOptions;
using Lasts = FaultyFiles::Lasts;
using Trouble = FaultyFiles::Trouble;

namespace {

/// Fails at the nth operation of a life, and sees that nothing comes of it. False when the life was
/// shorter.
bool survives_failure(Trouble trouble, Lasts lasts, std::uint64_t nth) {
  RocksSubject subject;
  subject.files().fail(trouble, nth, lasts);
  const auto persist = [&](const std::function<Result<>()>& transition) {
    constexpr int most_tries = 20;
    constexpr int mended_after = 3;
    for (int tries = 0; tries < most_tries; ++tries) {
      const auto done = transition();
      if (done) return;
      BOOST_TEST_REQUIRE((done.error().kind == ErrorKind::transient), done.error().text);
      if (tries == mended_after) subject.files().heal();
      subject.clock().advance(std::chrono::seconds{2});
    }
    BOOST_FAIL("the store does not heal");
  };

  live(subject.store(), persist);

  const bool has_failed = subject.files().has_failed();
  subject.files().heal();
  subject.clock().advance(std::chrono::seconds{2});
  const auto expected = expected_portrait();
  BOOST_TEST(portrait(subject.store()) == expected, boost::test_tools::per_element());
  subject.cut_power();
  BOOST_TEST(portrait(subject.store()) == expected, boost::test_tools::per_element());
  return has_failed;
}

void survives_every_failure(Trouble trouble, Lasts lasts) {
  std::uint64_t nth = 0;
  while (survives_failure(trouble, lasts, nth)) {
    ++nth;
    BOOST_TEST_CONTEXT("operation " << nth) {
      BOOST_TEST_REQUIRE(nth < 2000U);
    }
  }
  BOOST_TEST(nth > 20U);  // else nothing was tried
}

void live_undisturbed(RocksSubject& subject) {
  live(subject.store(), [](const auto& transition) { must(transition()); });
}

std::vector<std::filesystem::path> files_of(const std::string& path) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.is_regular_file() && entry.file_size() > 0) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_faults)

BOOST_AUTO_TEST_CASE(a_full_disk_at_any_operation_harms_nothing) {
  survives_every_failure(Trouble::no_space, Lasts::once);
}

BOOST_AUTO_TEST_CASE(a_disk_that_stays_full_for_a_while_harms_nothing) {
  survives_every_failure(Trouble::no_space, Lasts::until_healed);
}

BOOST_AUTO_TEST_CASE(an_io_error_at_any_operation_harms_nothing) {
  survives_every_failure(Trouble::io_error, Lasts::once);
}

BOOST_AUTO_TEST_CASE(a_disk_that_fails_for_a_while_harms_nothing) {
  survives_every_failure(Trouble::io_error, Lasts::until_healed);
}

// Nobody repeats anything here: what the disk has is what counts.
BOOST_AUTO_TEST_CASE(a_cursor_is_never_ahead_of_the_inbox_wherever_the_power_goes) {
  std::size_t moved = 0;
  std::size_t not_moved = 0;
  for (std::uint64_t nth = 0; nth < 12; ++nth) {
    RocksSubject subject;
    must(subject.store().connect(account(1), tokens(1)));
    subject.files().fail(Trouble::io_error, nth, Lasts::until_healed);
    for (int round = 1; round <= 4; ++round) {
      const std::vector<Change> changes = {found(round)};
      const std::vector<OldMessages> old = {old_messages({round}, 2)};
      const std::vector<SweepCursor> moves = {cursor(1, SweepRoute::list, round)};
      if (!subject.store().accept_found(changes, old, moves, after_start(1))) break;
    }
    subject.files().heal();
    subject.cut_power();

    const auto cursors = must(subject.store().cursors(person(1)));
    (cursors.empty() ? not_moved : moved) += 1;
    const std::uint64_t rounds =
        cursors.empty()
            ? 0
            : static_cast<std::uint64_t>((cursors[0].watermark - after_start(100)).count());
    BOOST_TEST(subject.store().inbox_entries() == 2 * rounds);
    BOOST_TEST(must(subject.store().inbox_from(Sequence{0}, 100)).size() == 2 * rounds);
  }
  BOOST_TEST(moved > 0U);
  BOOST_TEST(not_moved > 0U);
}

BOOST_AUTO_TEST_CASE(a_request_that_was_paid_for_is_never_forgotten_whatever_fails) {
  constexpr std::uint64_t ceiling = 60;
  constexpr std::uint64_t cost = 7;
  for (const Trouble trouble : {Trouble::io_error, Trouble::no_space}) {
    for (std::uint64_t nth = 0; nth < 12; ++nth) {
      RocksSubject subject;
      subject.files().fail(trouble, nth, Lasts::until_healed);
      std::uint64_t paid = 0;
      for (int request = 0; request < 3; ++request) {
        const auto reservation =
            subject.store().reserve(Bucket::exports, cost, cost, ceiling, after_start(1));
        if (!reservation || !*reservation) continue;
        paid += cost;  // it was asked, and then nobody could write the cost down
        static_cast<void>(subject.store().settle(**reservation, cost));
      }
      subject.files().heal();
      subject.cut_power();

      const auto spent = must(subject.store().spending(Bucket::exports, k_start_month)).spent;
      BOOST_TEST(spent >= paid);
      BOOST_TEST(spent <= ceiling);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_while_it_is_opened_opens_later) {
  RocksSubject subject;
  live_undisturbed(subject);
  const auto expected = expected_portrait();

  for (std::uint64_t nth = 0;; ++nth) {
    subject.close();
    subject.files().fail(Trouble::io_error, nth, Lasts::once);
    const auto opened = subject.open();
    const bool has_failed = subject.files().has_failed();
    subject.files().heal();
    if (!opened) {
      BOOST_TEST((opened.error().kind == ErrorKind::transient), opened.error().text);
      must(subject.open());
    }
    subject.clock().advance(std::chrono::seconds{2});
    BOOST_TEST(portrait(subject.store()) == expected, boost::test_tools::per_element());
    if (!has_failed) break;
  }
}

BOOST_AUTO_TEST_CASE(a_store_whose_making_was_interrupted_is_made_later) {
  for (std::uint64_t nth = 0;; nth += 3) {
    const kit::TemporaryFolder folder;
    const ManualClock clock;
    const auto files = std::make_shared<FaultyFiles>();
    StoreOptions options;
    options.path = (folder.path() / "store").string();
    options.env = std::shared_ptr<rocksdb::Env>(rocksdb::NewCompositeEnv(files));
    files->fail(Trouble::no_space, nth, Lasts::until_healed);

    const bool was_made = RocksStore::open(options, test_key(), clock).has_value();
    const bool has_failed = files->has_failed();
    files->heal();
    const auto again = RocksStore::open(options, test_key(), clock);

    BOOST_TEST_REQUIRE(again.has_value(), again.error().text);
    if (was_made && !has_failed) break;
  }
}

BOOST_AUTO_TEST_CASE(while_the_disk_is_full_nothing_is_acknowledged_and_then_it_heals_by_itself) {
  RocksSubject subject;
  const Change before = created(1);
  const Change during = created(2);
  must(subject.store().accept(std::span(&before, 1)));
  subject.files().fail(Trouble::no_space, 0, Lasts::until_healed);

  for (int i = 0; i < 5; ++i) {
    const auto refused = subject.store().accept(std::span(&during, 1));
    BOOST_TEST_REQUIRE(!refused.has_value());
    BOOST_CHECK(refused.error().kind == ErrorKind::transient);
    subject.clock().advance(std::chrono::seconds{2});
  }
  subject.files().heal();
  const auto count = must(subject.store().accept(std::span(&during, 1)));

  BOOST_TEST(count.stored + count.known == 1U);
  BOOST_TEST(subject.store().inbox_entries() == 2U);
  BOOST_TEST(must(subject.store().inbox_from(Sequence{0}, 10)).size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_failing_store_is_not_opened_again_for_every_caller) {
  RocksSubject subject;
  const Change change = created(1);
  subject.files().fail(Trouble::no_space, 0, Lasts::until_healed);
  for (int i = 0; i < 2; ++i)
    BOOST_TEST(!subject.store().accept(std::span(&change, 1)).has_value());
  subject.files().heal();

  const auto too_early = subject.store().accept(std::span(&change, 1));
  subject.clock().advance(std::chrono::seconds{2});
  const auto later = subject.store().accept(std::span(&change, 1));

  BOOST_TEST(!too_early.has_value());
  BOOST_TEST(later.has_value());
}

BOOST_AUTO_TEST_CASE(what_was_not_synced_may_be_torn_at_any_byte) {
  for (std::uint64_t torn = 0; torn < 200; torn += 7) {
    RocksSubject subject;
    live_undisturbed(subject);
    must(subject.store().cache_chat(chat(2)));

    subject.files().cut_power();
    subject.close();
    subject.files().lose_unsynced(torn);
    must(subject.open());

    BOOST_TEST(portrait(subject.store()) == expected_portrait(), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(the_unsynced_half_is_what_a_power_cut_takes) {
  RocksSubject subject;
  must(subject.store().set_last_webhook_time(after_start(1)));

  subject.cut_power();

  BOOST_CHECK(!must(subject.store().last_webhook_time()));
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_on_disk_is_told_or_harms_nothing) {
  RocksSubject subject;
  live_undisturbed(subject);
  const auto expected = expected_portrait();
  subject.close();
  std::size_t told = 0;

  for (const auto& path : files_of(subject.options().path)) {
    const std::string sound = content_of(path);
    const std::size_t stride = sound.size() / 30 + 1;
    for (std::size_t at = stride / 2; at < sound.size(); at += stride) {
      std::string flipped = sound;
      flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
      // Opening may write: each try has its own copy.
      const kit::TemporaryFolder folder;
      StoreOptions options = subject.options();
      options.path = (folder.path() / "store").string();
      std::filesystem::copy(subject.options().path, options.path);
      write(std::filesystem::path(options.path) / path.filename(), flipped);

      const auto opened = RocksStore::open(options, test_key(), subject.clock());

      if (!opened) {
        ++told;
        BOOST_TEST(!opened.error().text.empty());
        continue;
      }
      try {
        // The last bytes of a log may be taken for a torn end; everything else has to be there or
        // be told.
        const auto seen = portrait(**opened);
        const bool is_log = path.extension() == ".log";
        BOOST_TEST((seen == expected || is_log), path.filename().string() << " at " << at);
      } catch (const std::runtime_error&) {
        ++told;
      }
    }
  }
  BOOST_TEST(told > 0U);
}

// RocksDB alone takes it for the torn end of a write, and drops the rest of the file: with a
// manifest, whole families.
BOOST_AUTO_TEST_CASE(a_flipped_length_in_a_log_is_told) {
  constexpr std::size_t header = 7;
  RocksSubject subject;
  live_undisturbed(subject);
  subject.close();
  std::size_t flips = 0;

  for (const auto& path : files_of(subject.options().path)) {
    const bool is_manifest = path.filename().string().rfind("MANIFEST", 0) == 0;
    if (!is_manifest && path.extension() != ".log") continue;
    const std::string sound = content_of(path);
    std::size_t next = 0;
    for (std::size_t at = 0; at + header < sound.size(); at = next) {
      const auto low = static_cast<unsigned char>(sound[at + 4]);
      const auto high = static_cast<unsigned char>(sound[at + 5]);
      next = at + header + low + (static_cast<std::size_t>(high) << 8U);
      if (next >= sound.size()) break;  // the last record may be a torn end
      std::string flipped = sound;
      flipped[at + 5] = static_cast<char>(high ^ 0x40);
      write(path, flipped);
      const auto opened = RocksStore::open(subject.options(), test_key(), subject.clock());
      BOOST_TEST_REQUIRE(!opened.has_value(), path.filename().string() << " at " << at);
      BOOST_CHECK(opened.error().kind == ErrorKind::damaged);
      ++flips;
    }
    write(path, sound);
  }

  BOOST_TEST(flips > 10U);
  must(subject.open());
  BOOST_TEST(portrait(subject.store()) == expected_portrait(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nothing_readable_lies_on_the_disk) {
  RocksSubject subject;
  live_undisturbed(subject);
  const std::vector<sync::JournalRecord> lines = {{after_start(1), "delivered", "latency_ms=41"}};
  must(subject.store().append(lines));
  subject.reopen();  // writes what was in memory into tables
  subject.close();

  for (const auto& path : files_of(subject.options().path)) {
    const std::string content = content_of(path);
    for (const char* secret :
         {"Adele Vance", "the plan for", "secret launch", "access-token", "refresh-token",
          "the-client-state", "PRIVATE KEY", "contoso.example", "user.1", "Teams User", "dddddd",
          "validation.token", "post-of", "latency_ms", "archived", "the found words", "the-link",
          "0123456789abcdef0123456789abcdef"}) {
      BOOST_TEST(content.find(secret) == std::string::npos,
                 secret << " can be read in " << path.filename());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_new_store_is_its_owners_alone) {
  const RocksSubject subject;

  const auto mode = std::filesystem::status(subject.options().path).permissions();

  BOOST_CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
  BOOST_CHECK((mode & std::filesystem::perms::group_all) == std::filesystem::perms::none);
}

BOOST_AUTO_TEST_CASE(another_master_key_is_refused_by_name) {
  RocksSubject subject;
  subject.close();
  const auto other = must(storage::MasterKey::parse(std::string(32, 'x')));

  const auto opened = RocksStore::open(subject.options(), other, subject.clock());

  BOOST_TEST_REQUIRE(!opened.has_value());
  BOOST_CHECK(opened.error().kind == ErrorKind::damaged);
  BOOST_TEST(opened.error().text.find("wrong master key") != std::string::npos);
  BOOST_TEST(opened.error().text.find(other.fingerprint()) != std::string::npos);
  BOOST_TEST(opened.error().text.find("meta") != std::string::npos);
  BOOST_TEST(subject.open().has_value());
}

BOOST_AUTO_TEST_CASE(a_second_user_of_the_directory_is_told_clearly) {
  RocksSubject subject;

  const auto second = RocksStore::open(subject.options(), test_key(), subject.clock());

  BOOST_TEST_REQUIRE(!second.has_value());
  BOOST_CHECK(second.error().kind == ErrorKind::refused);
  BOOST_TEST(second.error().text.find("in use by another belfry process") != std::string::npos);
  const Change change = created(1);
  BOOST_TEST(subject.store().accept(std::span(&change, 1)).has_value());
}

BOOST_AUTO_TEST_CASE(a_store_that_cannot_be_made_says_where) {
  const ManualClock clock;
  StoreOptions options;
  options.path = "/nonexistent-folder/of/belfry/store";

  const auto opened = RocksStore::open(options, test_key(), clock);

  BOOST_TEST_REQUIRE(!opened.has_value());
  BOOST_TEST(opened.error().text.find(options.path) != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
