#include "net/mattermost/mattermost_json.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

namespace belfry::net {
namespace {

tl::unexpected<Error> not_a(const char* what) {
  return fail(ErrorKind::refused, std::string("the answer is not a ") + what);
}

std::uint64_t number_or(const JsonView& text, std::uint64_t otherwise) {
  const std::string digits = text.text();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_number = error == std::errc{} && end == digits.data() + digits.size();
  return is_number && number > 0 ? number : otherwise;
}

/// People choose them; no name of a language or of a time zone is so long.
std::string short_or_none(std::string name) {
  constexpr std::size_t k_most = 64;
  return name.size() > k_most ? std::string() : std::move(name);
}

/// The one in force; the other one where that was never set.
std::string time_zone_of(const JsonView& settings) {
  const bool is_automatic = settings["useAutomaticTimezone"].text() != "false";
  const std::string automatic = settings["automaticTimezone"].text();
  const std::string manual = settings["manualTimezone"].text();
  const std::string& first = is_automatic ? automatic : manual;
  return short_or_none(first.empty() ? (is_automatic ? manual : automatic) : first);
}

std::string list_of(const std::vector<FileId>& files) {
  std::string ids;
  for (const FileId& file : files) ids += (ids.empty() ? "" : ",") + json_string(file.text());
  return ids;
}

std::string write_button(const sync::PostButton& button, std::string_view action_url) {
  return fmt::format(R"({{"id":{},"type":"button","name":{},"style":"default",)"
                     R"("integration":{{"url":{},"context":{{"{}":{}}}}}}})",
                     json_string(button.id), json_string(button.name), json_string(action_url),
                     k_button_context, json_string(button.context));
}

}  // namespace

std::optional<sync::MattermostUser> read_user(const JsonView& user) {
  const std::string id = user["id"].text();
  if (id.empty()) return std::nullopt;
  sync::MattermostUser read;
  read.id = MattermostUserId(id);
  read.username = user["username"].text();
  read.mail = user["email"].text();
  read.reading = {short_or_none(user["locale"].text()), time_zone_of(user["timezone"])};
  read.is_active = user["delete_at"].integer().value_or(0) == 0;
  read.is_bot = user["is_bot"].boolean().value_or(false);
  return read;
}

Result<sync::MattermostUser> read_user(std::string_view body) {
  const auto user = JsonView::parse(body);
  auto read = user ? read_user(*user) : std::nullopt;
  if (!read) return not_a("user");
  return *std::move(read);
}

Result<std::vector<sync::MattermostUser>> read_users(std::string_view body) {
  const auto list = JsonView::parse(body);
  if (!list || !list->is_array()) return not_a("list of users");
  std::vector<sync::MattermostUser> people;
  for (const JsonView user : *list) {
    auto read = read_user(user);
    if (!read) return not_a("whole list of users");
    people.push_back(*std::move(read));
  }
  return people;
}

Result<ServerFacts> read_server(std::string_view body) {
  const auto config = JsonView::parse(body);
  if (!config || (*config)["Version"].text().empty()) return not_a("client configuration");
  // To strangers the server tells a shorter list, with status 200.
  if ((*config)["MaxPostSize"].text().empty()) {
    return fail(ErrorKind::unauthorized, "the server does not know the token");
  }
  ServerFacts facts;
  sync::MattermostServer& server = facts.server;
  server.version = (*config)["Version"].text();
  server.database = (*config)["SQLDriverName"].text();
  server.max_post_runes = number_or((*config)["MaxPostSize"], server.max_post_runes);
  server.max_file_bytes = number_or((*config)["MaxFileSize"], server.max_file_bytes);
  server.restricts_direct_messages = (*config)["RestrictDirectMessage"].text() == "team";
  server.shows_mail_addresses = (*config)["ShowEmailAddress"].text() != "false";
  server.site_url = (*config)["SiteURL"].text();
  facts.is_cluster = (*config)["EnableCluster"].text() == "true";
  return facts;
}

Result<ChannelId> read_channel(std::string_view body) {
  const auto channel = JsonView::parse(body);
  if (!channel || (*channel)["id"].text().empty()) return not_a("channel");
  return ChannelId((*channel)["id"].text());
}

std::optional<PostView> read_post(const JsonView& post) {
  const std::string id = post["id"].text();
  if (id.empty()) return std::nullopt;
  PostView read;
  read.summary.id = PostId(id);
  read.summary.mark = BelfryRef(post["props"]["belfry_ref"].text());
  read.summary.created = from_epoch_ms(post["create_at"].integer().value_or(0));
  read.author = MattermostUserId(post["user_id"].text());
  read.channel = ChannelId(post["channel_id"].text());
  read.type = post["type"].text();
  read.text = Content(post["message"].text());
  for (const JsonView file : post["file_ids"]) read.summary.files.emplace_back(file.text());
  return read;
}

Result<PostView> read_post(std::string_view body) {
  const auto post = JsonView::parse(body);
  const auto read = post ? read_post(*post) : std::nullopt;
  if (!read) return not_a("post");
  return *read;
}

Result<sync::PostPage> read_post_page(std::string_view body, const MattermostUserId& author,
                                      std::size_t page_size) {
  const auto list = JsonView::parse(body);
  if (!list || !(*list)["order"].is_array()) return not_a("list of posts");
  std::map<std::string, JsonView> posts;
  for (auto& [id, post] : (*list)["posts"].members()) posts.emplace(std::move(id), post);

  sync::PostPage page;
  std::size_t count = 0;
  // `posts` also brings roots of replies, which are of no page: `order` says what belongs to it.
  for (const JsonView id : (*list)["order"]) {
    ++count;
    const auto found = posts.find(id.text());
    const auto post = found == posts.end() ? std::nullopt : read_post(found->second);
    if (!post) return not_a("whole list of posts");
    page.oldest = std::min(page.oldest.value_or(post->summary.created), post->summary.created);
    if (post->author == author) page.posts.push_back(post->summary);
  }
  // A page can be short because posts were hidden from it: then the server still names the next.
  page.is_last = count == 0 || (count < page_size && (*list)["prev_post_id"].text().empty());
  return page;
}

std::string write_post(const sync::PostRequest& request, const MattermostUserId& bot,
                       std::string_view action_url) {
  std::string props;
  std::string body =
      fmt::format(R"({{"channel_id":{},"message":{})", json_string(request.channel.text()),
                  json_string(request.text.reveal()));
  if (!request.mark.empty()) {
    // The user's id keeps the key from colliding with those of other clients.
    body += fmt::format(R"(,"pending_post_id":{})",
                        json_string(bot.text() + ":" + request.mark.text()));
    props += fmt::format(R"("belfry_ref":{})", json_string(request.mark.text()));
  }
  if (!request.files.empty()) {
    body += fmt::format(R"(,"file_ids":[{}])", list_of(request.files));
  }
  if (!request.root.empty())
    body += fmt::format(R"(,"root_id":{})", json_string(request.root.text()));
  if (!request.buttons.empty()) {
    std::string actions;
    for (const sync::PostButton& button : request.buttons) {
      actions += (actions.empty() ? "" : ",") + write_button(button, action_url);
    }
    props +=
        (props.empty() ? "" : ",") + fmt::format(R"("attachments":[{{"actions":[{}]}}])", actions);
  }
  if (!props.empty()) body += fmt::format(R"(,"props":{{{}}})", props);
  return body + "}";
}

std::string write_patch(const Content& text) {
  return fmt::format(R"({{"message":{}}})", json_string(text.reveal()));
}

std::string write_patch(const Content& text, const std::vector<FileId>& files) {
  return fmt::format(R"({{"message":{},"file_ids":[{}]}})", json_string(text.reveal()),
                     list_of(files));
}

}  // namespace belfry::net
