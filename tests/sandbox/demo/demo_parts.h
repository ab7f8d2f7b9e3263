#pragma once

#include <string_view>

/// The parts of which demo_page() is made, a language each.
namespace belfry::sandbox {

[[nodiscard]] std::string_view demo_style();
/// Shows text safely: Markdown and Teams' HTML become DOM nodes.
[[nodiscard]] std::string_view demo_text_script();
/// The two panes.
[[nodiscard]] std::string_view demo_pane_script();

}  // namespace belfry::sandbox
