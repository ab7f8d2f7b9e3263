#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <gumbo.h>

#include "sync/render/html.h"

namespace {

using belfry::render::BodyContext;
using belfry::render::html_to_markdown;

/// The converter may cost this many times gumbo's bare parse of the same bytes.
constexpr double k_limit = 3.0;
constexpr int k_runs = 9;

struct Body {
  const char* name;
  std::string html;
};

std::string repeated(const std::string& part, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += part;
  return all;
}

std::array<Body, 5> bodies() {
  return {{
      {"short chat line",
       "<p>Standup moves to <strong>10:30</strong>&nbsp;<emoji alt=\"🚀\"></emoji></p>"},
      {"paragraphs of text",
       repeated("<p>The quick brown fox jumps over the lazy dog, and (as ever) nobody minds; see "
                "https://example.com/a_b for more of it.</p>\n<p>&nbsp;</p>\n",
                40)},
      {"lists and emphasis",
       repeated("<ul><li>one <b>two</b></li><li><i>three</i><ol><li>four</li></ol></li></ul>", 40)},
      {"a table",
       "<table>" +
           repeated("<tr><td><p>Host</p></td><td><p>ok<br>fine</p></td><td>3 %</td></tr>", 60) +
           "</table>"},
      {"pasted from Word",
       repeated("<p class=\"MsoNormal\" style=\"margin:0in\"><span lang=\"EN-US\" "
                "style=\"font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif\">Dear "
                "all,<o:p></o:p></span></p>",
                40)},
  }};
}

template <class Work>
double median_us(const Work& work) {
  std::vector<double> runs;
  for (int run = 0; run < k_runs; ++run) {
    constexpr int k_repeats = 40;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < k_repeats; ++i) work();
    const std::chrono::duration<double, std::micro> taken =
        std::chrono::steady_clock::now() - begin;
    runs.push_back(taken.count() / k_repeats);
  }
  std::nth_element(runs.begin(), runs.begin() + k_runs / 2, runs.end());
  return runs[k_runs / 2];
}

}  // namespace

/// Prints each body's cost beside gumbo's; fails when their sum is over the limit.
int main() {
  double gumbo_sum = 0;
  double render_sum = 0;
  std::size_t written = 0;
  std::printf("%-22s %8s %12s %12s %7s\n", "body", "bytes", "gumbo us", "render us", "ratio");
  for (const Body& body : bodies()) {
    const double gumbo = median_us([&] {
      gumbo_destroy_output(
          &kGumboDefaultOptions,
          gumbo_parse_with_options(&kGumboDefaultOptions, body.html.data(), body.html.size()));
    });
    const double render =
        median_us([&] { written += html_to_markdown(body.html, BodyContext{}).size(); });
    std::printf("%-22s %8zu %12.1f %12.1f %7.2f\n", body.name, body.html.size(), gumbo, render,
                render / gumbo);
    gumbo_sum += gumbo / static_cast<double>(body.html.size());
    render_sum += render / static_cast<double>(body.html.size());
  }
  const double ratio = render_sum / gumbo_sum;
  std::printf("all, by byte: %.2f times gumbo (limit %.1f; %zu bytes written)\n", ratio, k_limit,
              written);
  return ratio <= k_limit ? 0 : 1;
}
