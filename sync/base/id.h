#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace belfry {

/// A name given by an outside system. Names of different things do not convert into one another,
/// and an Id has no formatter: what goes into a log is its keyed short hash (sync/port/journal.h).
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string text_;
};

// Microsoft's names. A MessageId is unique within its chat only.
using ChatId = Id<struct ChatTag>;
using MessageId = Id<struct MessageTag>;
using TeamsUserId = Id<struct TeamsUserTag>;
using TenantId = Id<struct TenantTag>;
using SubscriptionId = Id<struct SubscriptionTag>;
using CertificateId = Id<struct CertificateTag>;

// Mattermost's names: 26 letters and digits each.
using MattermostUserId = Id<struct MattermostUserTag>;
using ChannelId = Id<struct ChannelTag>;
using PostId = Id<struct PostTag>;
using FileId = Id<struct FileTag>;
using UploadId = Id<struct UploadTag>;  ///< of an upload session: holds no file yet

/// Our own: the opaque mark in a post's props by which a post in doubt is found again.
using BelfryRef = Id<struct BelfryRefTag>;

/// Place of an entry in the inbox; grows by one with each accepted change and never repeats.
enum class Sequence : std::uint64_t {};

}  // namespace belfry

template <class Tag>
struct std::hash<belfry::Id<Tag>> {
  std::size_t operator()(const belfry::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.text());
  }
};
