#include "tests/content/corpus.h"

#include <boost/test/unit_test.hpp>

#include "tests/content/visible_text.h"

namespace belfry::content {
namespace {

BOOST_AUTO_TEST_SUITE(corpus)

BOOST_AUTO_TEST_CASE(every_body_becomes_the_markdown_written_beside_it) {
  const auto cases = read_corpus();
  BOOST_TEST(cases.size() >= 200U);

  for (const Case& one : cases) {
    const std::string markdown = made_visible(markdown_of(one));

    BOOST_TEST(markdown == one.expected, one.name << "\n"
                                                  << markdown << "\n--- expected\n"
                                                  << one.expected);
  }
}

BOOST_AUTO_TEST_CASE(another_parser_reads_the_same_text_out_of_it) {
  for (const Case& one : read_corpus()) {
    // What Belfry adds there (hosts behind labels that lie, names of pictures, numbers in cells) is
    // in no body.
    const bool adds = one.name.find("[adds]") != std::string::npos;
    if (one.kind == Case::Kind::adaptive || one.kind == Case::Kind::classic || adds) continue;
    std::string html = one.body;
    if (one.kind == Case::Kind::text) {
      html.clear();
      for (const char c : one.body)
        html += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
    }

    const auto read = read_markdown(markdown_of(one));

    BOOST_TEST(read.visible == visible_in_html(html), one.name << "\n"
                                                               << read.visible << "\n"
                                                               << visible_in_html(html));
  }
}

BOOST_AUTO_TEST_CASE(no_body_brings_markup_of_its_own) {
  for (const Case& one : read_corpus()) {
    const auto read = read_markdown(markdown_of(one));

    const bool has_heading = one.body.find("<h") != std::string::npos;
    BOOST_TEST((has_heading || read.headings == 0), one.name);
    BOOST_TEST(read.pictures == 0, one.name);
    BOOST_TEST(read.raw_html == 0, one.name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::content
