#include "net/routes/page.h"

#include <fmt/format.h>

namespace belfry::net {
namespace {

constexpr std::string_view k_template = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Belfry</title>
<style>
:root {{ color-scheme: light dark; --ink: #1c2434; --soft: #5c6780; --paper: #f4f6fa; --card: #fff; --line: #e1e6ef; --good: #2f7d4f; --bad: #b3432f; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e8ecf4; --soft: #9aa6bf; --paper: #12161f; --card: #1a202c; --line: #2a3242; --good: #63c088; --bad: #e8836d; }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", sans-serif; }}
main {{ width: 100%; max-width: 30rem; padding: 2.75rem 2.5rem 2.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; box-shadow: 0 1px 2px rgb(16 24 40 / 6%), 0 12px 32px rgb(16 24 40 / 7%); text-align: center; }}
.sign {{ display: grid; place-items: center; width: 3.5rem; height: 3.5rem; margin: 0 auto 1.5rem; border-radius: 50%; border: 2px solid currentColor; font-size: 1.6rem; line-height: 1; color: var(--{tone}); }}
h1 {{ margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; }}
p {{ margin: 0; color: var(--soft); text-wrap: balance; }}
footer {{ margin-top: 2rem; font-size: .875rem; color: var(--soft); letter-spacing: .02em; }}
</style>
</head>
<body>
<main>
<div class="sign" aria-hidden="true">{sign}</div>
<h1>{title}</h1>
<p>{text}</p>
<footer>Belfry</footer>
</main>
</body>
</html>
)";

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

HttpReply page(int status, PageTone tone, std::string_view title, std::string_view text) {
  const bool is_good = tone == PageTone::good;
  HttpReply reply{
      status,
      "text/html; charset=utf-8",
      fmt::format(k_template, fmt::arg("title", escape_html(title)),
                  fmt::arg("text", escape_html(text)), fmt::arg("tone", is_good ? "good" : "bad"),
                  fmt::arg("sign", is_good ? "✓" : "!")),
      {}};
  reply.headers = {{"Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"},
                   {"Referrer-Policy", "no-referrer"}};
  return reply;
}

}  // namespace belfry::net
