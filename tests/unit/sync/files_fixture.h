#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/unit/sync/deliver_fixture.h"

namespace belfry::sync {

/// A lane whose messages carry files, in parts of 10 bytes.
struct FilesFixture : DeliverFixture {
  const std::string address = "https://contoso-my.sharepoint.com/Documents/a plan.docx";
  const std::string large = "0123456789abcdefghijABCDEFGHIJ-rest";

  FilesFixture() {
    file_policy.part = 10;
    start();
    source.shared[address] = {"plan.docx", "short"};
  }

  PlannedFile shared(const std::string& id = "1") {
    return {PlannedFile::Kind::shared, Content{id},           Content{address}, {},
            Content{"plan.docx"},      Content{"📎 plan.docx"}};
  }
  PlannedFile hosted(const MessageRef& ref) {
    return {PlannedFile::Kind::hosted, Content{"picture"}, Content{"content-1"}, ref, {},
            Content{"🖼️ picture"}};
  }
  void say(int number, std::vector<PlannedFile> carried) {
    plan(number, ChangeKind::created, "words", std::move(carried));
  }

  [[nodiscard]] std::vector<kit::FakeFileSink::File> files_of(std::size_t post) const {
    std::vector<kit::FakeFileSink::File> carried;
    for (const FileId& id : mattermost.posts.at(post).request.files) {
      carried.push_back(sink.files.at(id));
    }
    return carried;
  }
  /// Of the only file of this post.
  [[nodiscard]] std::string bytes_of(std::size_t post) const {
    BOOST_REQUIRE_EQUAL(files_of(post).size(), 1U);
    return files_of(post)[0].bytes;
  }
  /// Steps as a worker does, until then.
  void live_until(const std::function<bool()>& then) {
    for (int steps = 0; !then(); ++steps) {
      const auto due = deliver->step(anna, clock.now());
      BOOST_REQUIRE(due.has_value() && steps < 1000);
      clock.advance_to(*due);
    }
  }
  /// `others` happens once Mattermost has so many more parts.
  void after_parts(int parts, const std::function<void()>& others) {
    sink.script.before_answer("continue_upload", [this, parts, others] {
      parts > 1 ? after_parts(parts - 1, others) : others();
    });
  }
  /// `others` happens after the effect of every call of `operation`.
  void always(const std::string& operation, kit::Script& script,
              const std::function<void()>& others) {
    script.before_answer(operation, [this, operation, &script, others] {
      others();
      always(operation, script, others);
    });
  }
  /// Somebody else with an account.
  Account another(const std::string& name) {
    Account account;
    account.user = mattermost.hire(name);
    account.teams_user = TeamsUserId{"teams-" + name};
    account.direct_channel = kit::FakeMattermost::channel_of(account.user);
    BOOST_REQUIRE(
        store.connect(account, {Secret{name + "s token"}, clock.now().wall + std::chrono::hours{1},
                                identity.refresh_token_of(name), ""}));
    return account;
  }
  [[nodiscard]] std::vector<FileTrouble> troubles() const {
    std::vector<FileTrouble> all;
    for (const FileLeftOut& one : journal.all<FileLeftOut>()) all.push_back(one.trouble);
    return all;
  }
  /// The only post goes without its file, for this reason.
  void check_left_out(FileTrouble trouble, const std::string& words) {
    BOOST_REQUIRE_EQUAL(texts().size(), 1U);
    BOOST_TEST(texts()[0] == "words\n\n📎 plan.docx (" + words + ")");
    BOOST_TEST(files_of(0).empty());
    BOOST_CHECK(troubles() == std::vector<FileTrouble>{trouble});
  }
};

}  // namespace belfry::sync
