#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/model/change.h"
#include "sync/model/file.h"

namespace belfry {

/// Names one entry of the outbox. Ordered as a lane leaves: by recipient, then `due_order`.
struct DeliveryKey {
  MattermostUserId recipient;
  std::uint64_t due_order =
      0;  ///< ms: creation_order() of a created message, time of an edit or deletion
  MessageRef ref;
  ChangeKind kind = ChangeKind::created;

  friend bool operator==(const DeliveryKey&, const DeliveryKey&) = default;
  friend auto operator<=>(const DeliveryKey&, const DeliveryKey&) = default;
};

/// What a post shows of its message.
enum class PostShows : std::uint8_t {
  message,
  withheld,  ///< blocked by a policy: its notice
  deleted,   ///< the notice of the deletion, or nothing any more
};
inline constexpr PostShows k_last_post_shows = PostShows::deleted;

/// What is to be done for one recipient, as planned: text final, nothing looked up any more.
struct PlannedDelivery {
  DeliveryKey key;
  Content text;      ///< Markdown of the post; for `deleted` the notice
  BelfryRef mark;    ///< sync/policy/dedupe_key.h; goes into props and pending_post_id
  WallTime said_at;  ///< Teams' time of the change, for latency
  std::optional<WallTime> edited;  ///< lastEditedDateTime of the state that `text` shows
  Source source = Source::webhook;
  std::vector<PlannedFile> files{};  ///< the post carries them, in this order; `text` has room for
                                     ///< the notices of those that it cannot
  std::string language{};  ///< in which Belfry's own words are, as Mattermost names locales
  PostShows shows = PostShows::message;  ///< what `text` is

  friend bool operator==(const PlannedDelivery&, const PlannedDelivery&) = default;
};

/// A planned delivery that waits in its lane.
struct OutboxEntry {
  PlannedDelivery planned;
  WallTime entered;                          ///< the age limit counts from here
  std::optional<WallTime> attempting_since;  ///< set before a post leaves; found set = in doubt
  int attempts = 0;
  WallTime next_try;  ///< epoch: at once
  std::string last_error;
  std::vector<FileState> files{};  ///< one for each of `planned.files`; none yet: all wait
  /// It says something else since it lay in the dead letters: a post that stands may say the old.
  bool is_amended = false;

  /// Of the planned file at this place.
  [[nodiscard]] FileState file(std::size_t place) const {
    return place < files.size() ? files[place] : FileState{};
  }

  friend bool operator==(const OutboxEntry&, const OutboxEntry&) = default;
};

/// `creation` as it has to leave after an edit or a deletion of its message: what was uploaded of
/// the files that stay is kept. Of a creation that may have been posted the files cannot be more.
[[nodiscard]] OutboxEntry amended(OutboxEntry creation, const PlannedDelivery& change);

/// The record that a message became post P for recipient R, or that it could not become one.
struct Delivery {
  MessageRef ref;
  MattermostUserId recipient;
  PostId post;  ///< empty: there is none (any more)
  ChannelId channel;
  std::optional<WallTime> edited;  ///< lastEditedDateTime of what the post shows
  WallTime delivered_at;
  std::vector<DeliveredFile> files{};
  PostShows shows = PostShows::message;
  /// Teams' time of the latest change that hid the text or brought it back; what is older is past.
  std::optional<WallTime> turned{};
  std::string letter{};  ///< the dead letter that holds the post

  /// Its post waits in the dead letters.
  [[nodiscard]] bool is_buried() const { return post.empty() && !letter.empty(); }
  /// Its post was taken away.
  [[nodiscard]] bool is_removed() const { return post.empty() && letter.empty(); }

  friend bool operator==(const Delivery&, const Delivery&) = default;
};

/// Of a creation that goes to the dead letters; which one it becomes is not known yet.
[[nodiscard]] Delivery buried_as(const PlannedDelivery& creation, WallTime now);

/// An entry that cannot succeed by retrying; kept until an administrator retries or drops it.
struct DeadLetter {
  std::string id;  ///< hexadecimal, sorts by time
  WallTime since;
  std::string stage;  ///< "resolve" or "deliver"
  MessageRef ref;
  ChangeKind kind = ChangeKind::created;
  MattermostUserId recipient;  ///< empty for stage "resolve"
  int attempts = 0;
  std::string reason;  ///< name of the error kind
  std::string last_error;
};

}  // namespace belfry
