#include "sync/policy/mark.h"

#include <boost/test/unit_test.hpp>

namespace belfry::sync {
namespace {

const BelfryRef k_mark{"mark"};
const WallTime k_since = from_epoch_ms(1'000'000);
constexpr int k_most_pages = 3;

PostPage page_of(const std::string& mark, WallTime created) {
  PostPage page;
  page.posts = {{PostId{"post"}, BelfryRef{mark}, created}};
  page.oldest = created;
  page.is_last = false;
  return page;
}

BOOST_AUTO_TEST_SUITE(mark_search)

BOOST_AUTO_TEST_CASE(what_is_on_the_page_is_found_and_ends_nothing) {
  MarkSearch search;

  const PostPage page = page_of("mark", k_since);
  const PostSummary* found = search.look_through(page, k_mark, k_since, k_most_pages);

  BOOST_REQUIRE(found != nullptr);
  BOOST_TEST(found->id.text() == "post");
  BOOST_TEST(!search.is_over);
}

BOOST_AUTO_TEST_CASE(it_goes_on_to_the_page_before_and_ends_after_so_many) {
  MarkSearch search;
  for (int page = 1; page < k_most_pages; ++page) {
    BOOST_TEST(
        (search.look_through(page_of("other", k_since), k_mark, k_since, k_most_pages) == nullptr));
    BOOST_TEST(search.next_page == page);
    BOOST_TEST(!search.is_over);
  }

  static_cast<void>(search.look_through(page_of("other", k_since), k_mark, k_since, k_most_pages));

  BOOST_TEST(search.is_over);
}

BOOST_AUTO_TEST_CASE(it_ends_with_the_channel_and_behind_what_is_too_old) {
  MarkSearch at_the_end;
  PostPage last = page_of("other", k_since);
  last.is_last = true;
  static_cast<void>(at_the_end.look_through(last, k_mark, k_since, k_most_pages));
  BOOST_TEST(at_the_end.is_over);

  MarkSearch too_old;
  const PostPage old = page_of("other", k_since - Duration{1});
  static_cast<void>(too_old.look_through(old, k_mark, k_since, k_most_pages));
  BOOST_TEST(too_old.is_over);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
