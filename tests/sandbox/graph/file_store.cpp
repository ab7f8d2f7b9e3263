#include "tests/sandbox/graph/file_store.h"

#include <algorithm>

#include <fmt/format.h>

#include "tests/sandbox/crypto.h"
#include "tests/sandbox/web.h"

namespace belfry::sandbox {

std::string DriveFile::part(std::uint64_t from, std::size_t count) const {
  if (generated == 0)
    return from >= bytes.size() ? "" : bytes.substr(static_cast<std::size_t>(from), count);
  const std::uint64_t end = std::min<std::uint64_t>(generated, from + count);
  std::string out;
  for (std::uint64_t at = from; at < end; ++at)
    out += static_cast<char>((at * 31 + (at >> 12U)) & 0xFFU);
  return out;
}

std::string FileStore::add(std::string_view owner_mail, DriveFile file) {
  if (file.id.empty()) file.id = "01" + random_text(32);
  if (file.content_url.empty()) {
    std::string owner(owner_mail);
    std::replace_if(
        owner.begin(), owner.end(), [](char c) { return c == '@' || c == '.'; }, '_');
    file.content_url = fmt::format(
        "https://contoso-my.sharepoint.com/personal/{}/Documents/Microsoft Teams Chat Files/{}",
        owner, file.name);
  }
  std::string url = file.content_url;
  const std::lock_guard lock(mutex_);
  files_[url] = std::move(file);
  return url;
}

std::optional<DriveFile> FileStore::by_content_url(std::string_view url) const {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(std::string(url));
  if (found == files_.end()) return std::nullopt;
  return found->second;
}

std::string FileStore::make_download(const DriveFile& file, std::int64_t until_ms) {
  std::string token = random_text(40);
  const std::lock_guard lock(mutex_);
  downloads_.emplace(token, Download{.file = file, .until_ms = until_ms});
  return token;
}

std::optional<FileStore::Download> FileStore::download(std::string_view token) const {
  const std::lock_guard lock(mutex_);
  const auto found = downloads_.find(std::string(token));
  if (found == downloads_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> url_of_share(std::string_view token) {
  if (!token.starts_with("u!")) return std::nullopt;
  return decode_base64(token.substr(2));
}

}  // namespace belfry::sandbox
