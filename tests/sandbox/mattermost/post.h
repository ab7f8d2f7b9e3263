#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <Poco/JSON/Object.h>

namespace belfry::sandbox::mattermost {

/// A button or menu, with the part that no client ever sees.
struct PostAction {
  std::string id{};
  std::string type{};  ///< `button`, `select`
  std::string data_source{};
  std::string url{};
  std::string context_json = "{}";
};

struct Post {
  std::string id{};
  std::uint64_t number = 0;  ///< order of creation on the whole server
  std::int64_t create_at = 0;
  std::int64_t update_at = 0;
  std::int64_t edit_at = 0;
  std::int64_t delete_at = 0;
  bool is_pinned = false;
  std::string user_id{};
  std::string channel_id{};
  std::string root_id{};
  std::string message{};
  std::string type{};
  std::string props_json = "{}";  ///< as clients see it: without integrations
  bool has_attachments = false;
  std::string hashtags{};
  std::vector<std::string> file_ids{};
  std::string pending_post_id{};  ///< as sent; no later read returns it
  std::string priority{};         ///< `important`, `urgent` or nothing
  std::int64_t reply_count = 0;
  std::int64_t last_reply_at = 0;
  std::vector<PostAction> actions{};

  [[nodiscard]] Poco::JSON::Object::Ptr props() const;
  /// A prop that is text; empty when there is none of that name.
  [[nodiscard]] std::string prop(const std::string& name) const;
};

using PostPtr = std::shared_ptr<const Post>;

/// What the server makes of the props of a post that it is about to save.
struct PreparedProps {
  std::string json = "{}";
  bool has_attachments = false;
  std::vector<PostAction> actions{};
};

/// Strips what is the server's own, completes attachments, makes up ids of actions and takes their
/// integrations out.
/// Source  Mattermost, model/post.go: SanitizeProps, GenerateActionIds, StripActionIntegrations.
[[nodiscard]] PreparedProps prepare_props(const Poco::JSON::Object::Ptr& props);

/// The words that start with `#`, parted by blanks, at most 1,000 bytes of them.
[[nodiscard]] std::string hashtags_of(std::string_view message, std::size_t minimum_length);

}  // namespace belfry::sandbox::mattermost
