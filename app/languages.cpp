#include "app/languages.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

namespace belfry::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t k_most_bytes = 64U << 10U;
constexpr std::size_t k_most_files = 200;

/// As Mattermost names locales: `nl`, `pt-BR`, `zh_TW`.
bool is_language(const std::string& name) {
  const auto first = name.substr(0, name.find_first_of("-_"));
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool is_short = (first.size() == 2 || first.size() == 3) && name.size() <= 16;
  return is_short && std::all_of(first.begin(), first.end(), is_letter) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

Result<std::string> content_of(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) return fail(ErrorKind::refused, path.string() + ": cannot be read");
  if (size > k_most_bytes)
    return fail(ErrorKind::refused, path.string() + ": is larger than 64 KiB");
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Result<> add_file(render::Catalogue& catalogue, const fs::path& path) {
  const std::string language = path.stem().string();
  if (!is_language(language)) {
    return fail(
        ErrorKind::refused,
        path.string() + ": has to be named like a language of Mattermost, nl.txt or pt-BR.txt");
  }
  const auto content = content_of(path);
  if (!content) return fail(content.error());
  return catalogue.add(language, *content, path.string());
}

}  // namespace

Result<render::Catalogue> load_languages(const std::string& folder) {
  render::Catalogue catalogue = render::Catalogue::built_in();
  if (folder.empty()) return catalogue;
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".txt") files.push_back(entry->path());
  }
  if (error) {
    return fail(ErrorKind::refused,
                folder + ": the folder of render.languages cannot be read: " + error.message());
  }
  if (files.size() > k_most_files)
    return fail(ErrorKind::refused, folder + ": has more than 200 languages");
  std::sort(files.begin(), files.end());
  std::string faults;
  for (const fs::path& file : files) {
    if (const auto added = add_file(catalogue, file); !added)
      faults += (faults.empty() ? "" : "\n") + added.error().text;
  }
  if (!faults.empty()) return fail(ErrorKind::refused, std::move(faults));
  return catalogue;
}

}  // namespace belfry::app
