#pragma once

#include <span>
#include <string_view>

namespace belfry::render {

/// A language that Belfry brings, in the form of the files by which administrators add others.
struct BuiltInLanguage {
  std::string_view name;
  std::string_view file;
};

/// English first: it is what the others are measured by.
[[nodiscard]] std::span<const BuiltInLanguage> built_in_languages();

}  // namespace belfry::render
