#include "sync/render/text.h"

#include <boost/test/unit_test.hpp>

namespace belfry::render {
namespace {

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(every_break_that_a_client_knows_becomes_a_line_feed) {
  BOOST_TEST(clean_text("a\r\nb\rc\vd\fe\xC2\x85"
                        "f\xE2\x80\xA8g\xE2\x80\xA9h\xE2\x90\xA4i") == "a\nb\nc\nd\ne\nf\ng\nh\ni");
}

BOOST_AUTO_TEST_CASE(what_is_no_utf8_is_replaced_byte_by_byte) {
  BOOST_TEST(clean_text("a\xFF\xC3z") == "a\xEF\xBF\xBD\xEF\xBF\xBDz");
  BOOST_TEST(clean_text("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  BOOST_TEST(clean_text("\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  BOOST_TEST(clean_text("\xF0\x9F\x91") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

BOOST_AUTO_TEST_CASE(what_nobody_sees_goes_and_what_joins_letters_stays) {
  BOOST_TEST(clean_text(std::string_view("a\0b\x07"
                                         "c\x1b[31m\xC2\x9B"
                                         "d\xE2\x80\x8B\xEF\xBB\xBF\xE2\x81\xA0",
                                         23)) == "abc[31md");
  BOOST_TEST(clean_text("👩\xE2\x80\x8D🚀 می\xE2\x80\x8Cخواهم") ==
             "👩\xE2\x80\x8D🚀 می\xE2\x80\x8Cخواهم");
}

BOOST_AUTO_TEST_CASE(text_cannot_be_shown_in_another_order_than_it_is_read) {
  BOOST_TEST(clean_text("a\xE2\x80\xAE"
                        "b") == "ab");
  BOOST_TEST(clean_line("a\xE2\x81\xA6"
                        "b\xE2\x80\xAA",
                        10) == "ab");
}

BOOST_AUTO_TEST_CASE(a_line_is_one_line_of_bounded_length) {
  BOOST_TEST(clean_line("  a \n\t b\xC2\xA0\xE3\x80\x80 c ", 10) == "a b c");
  BOOST_TEST(clean_line("abcdef", 4) == "abc…");
}

BOOST_AUTO_TEST_CASE(a_cut_parts_no_letter) {
  BOOST_TEST(cut_position("aé", 1) == 1U);
  BOOST_TEST(cut_position("ae\xCC\x81z", 2) == 1U);
  const std::string family = "👩\xE2\x80\x8D👩\xE2\x80\x8D👧";
  BOOST_TEST(cut_position("x" + family, 4) == 1U);
  BOOST_TEST(cut_position("one two", 5) == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::render
