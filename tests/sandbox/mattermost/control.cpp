#include <map>

#include <fmt/format.h>

#include "tests/sandbox/mattermost/json_text.h"
#include "tests/sandbox/mattermost/mattermost_simulator.h"
#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/mattermost/render.h"
#include "tests/sandbox/mattermost/server.h"

// The control API of the simulated server, below /control/mattermost:
//
//   GET  /                        counters
//   GET  /users                   everybody: id, names, bot or not, active, status
//   POST /users                   {username, email, first, last, locale?, time_zone?, password?,
//                                 admin?} -> {id}
//   POST /users/{id}/deactivate   POST /users/{id}/activate POST /users/{id}/status {status}
//   POST /users/{id}/display      {locale?, time_zone?}
//   POST /users/{id}/token        -> {token}, a session
//   POST /bots                    {username, owner?} -> {user_id, token}
//   POST /bots/{id}/revoke        its tokens are refused from now on
//   POST /teams                   {name} -> {id}        GET /teams
//   POST /teams/{id}/members      {user}                POST /teams/{id}/leave {user}
//   POST /config                  {key: value, …}
//   POST /commands                {trigger, url, team?} -> {id, token}
//   POST /commands/plugin         {trigger}: a plugin owns it
//   GET  /direct/{user}           the newest posts between this person and bots, and what only this
//                                 person sees
//   GET  /posts                   all posts
//   POST /write                   {user, to, text} -> {id}
//   POST /command                 {user, text, team?, channel?, quiet?} -> {status, text, …};
//   quiet:
//                                 the answer does not stay on the person's screen
//   POST /click                   {user, post, action, selected?} -> {status, text, …}
//   POST /dialog                  {user, submission}
//   POST /restart   POST /down {down}   POST /unhealthy {unhealthy}   POST /cut
//   POST /trouble                 {delay_before_ms?, delay_after_ms?, fail_before?, fail_after?,
//                                  leave_out_files?}
//
// Users are named by id or by username, teams by id or name; where a team is wanted and none is
// named, it is `staff`.
namespace belfry::sandbox {

namespace {

using mattermost::boolean_of;
using mattermost::has;
using mattermost::JsonObject;
using mattermost::number_of;
using mattermost::refuse;
using mattermost::text_of;
using Json = Poco::JSON::Object::Ptr;

constexpr std::size_t k_shown_posts = 100;

Json ok() {
  Json out = new Poco::JSON::Object;
  out->set("status", "OK");
  return out;
}

Json from_text(const std::string& json) {
  return parse_object(json);
}

Json with(const char* name, const std::string& value) {
  Json out = new Poco::JSON::Object;
  out->set(name, value);
  return out;
}

Json answer_json(const MattermostSimulator::Answer& answer) {
  return from_text(JsonObject()
                       .number("status", answer.status)
                       .text("error_id", answer.error_id)
                       .text("text", answer.text)
                       .text("goto_location", answer.goto_location)
                       .raw("answer", answer.json.empty() ? "null" : answer.json)
                       .take());
}

/// One request below /control/mattermost.
class Control {
 public:
  Control(MattermostSimulator& simulator, mattermost::Server& server, Json body)
      : simulator_(simulator), server_(server), body_(std::move(body)) {
    if (body_.isNull()) body_ = new Poco::JSON::Object;
  }

  Json run(const std::string& method, const std::vector<std::string>& path) {
    const std::string first = path.empty() ? "" : path[0];
    if (method == "GET") return get(first, path.size() > 1 ? path[1] : "");
    if (method != "POST") refuse(405, "use GET or POST");
    if (path.size() == 3) return on_one(first, path[1], path[2]);
    if (path.size() == 2) return on_kind(first, path[1]);
    return post(first);
  }

 private:
  [[nodiscard]] std::string user(const std::string& name) const {
    if (server_.people.find(name)) return name;
    const std::string id = simulator_.user_by_name(name);
    if (id.empty()) refuse(404, "no such user: " + name);
    return id;
  }

  [[nodiscard]] std::string team(const std::string& name) const {
    if (server_.teams.find(name)) return name;
    const std::string id = simulator_.team_by_name(name.empty() ? "staff" : name);
    if (id.empty()) refuse(404, "no such team: " + name);
    return id;
  }

  [[nodiscard]] std::string user_named(const char* member) const {
    return user(text_of(body_, member));
  }

  [[nodiscard]] Json get(const std::string& what, const std::string& argument) const {
    if (what.empty()) return counters();
    if (what == "users") return users();
    if (what == "teams") return teams();
    if (what == "direct") return direct(user(argument));
    if (what == "posts") return posts();
    refuse(404, "unknown: " + what);
  }

  Json post(const std::string& what) {
    if (what == "users") return add_user();
    if (what == "bots") return add_bot();
    if (what == "teams") return with("id", simulator_.add_team(text_of(body_, "name")));
    if (what == "config") return configure();
    if (what == "commands") return add_command();
    if (what == "write") return write();
    if (what == "command") return run_command();
    if (what == "click")
      return answer_json(simulator_.click(user_named("user"), text_of(body_, "post"),
                                          text_of(body_, "action"), text_of(body_, "selected")));
    if (what == "dialog")
      return answer_json(simulator_.submit_dialog(user_named("user"),
                                                  mattermost::json_of(body_->get("submission"))));
    if (what == "restart")
      simulator_.restart();
    else if (what == "down")
      simulator_.set_down(boolean_of(body_, "down"));
    else if (what == "unhealthy")
      simulator_.set_unhealthy(boolean_of(body_, "unhealthy"));
    else if (what == "cut")
      simulator_.cut_sockets();
    else if (what == "trouble")
      make_trouble();
    else
      refuse(404, "unknown: " + what);
    return ok();
  }

  Json run_command() {
    const std::string caller = user_named("user");
    const auto answer = simulator_.run_command(caller, team(text_of(body_, "team")),
                                               text_of(body_, "text"), text_of(body_, "channel"));
    if (boolean_of(body_, "quiet")) server_.ephemeral.dismiss(caller, answer.text);
    return answer_json(answer);
  }

  Json on_kind(const std::string& kind, const std::string& what) {
    if (kind != "commands" || what != "plugin") refuse(404, "unknown: " + kind + "/" + what);
    simulator_.give_command_to_plugin(text_of(body_, "trigger"));
    return ok();
  }

  Json on_one(const std::string& kind, const std::string& name, const std::string& what) {
    if (kind == "users" && what == "deactivate")
      simulator_.deactivate_user(user(name));
    else if (kind == "users" && what == "activate")
      simulator_.activate_user(user(name));
    else if (kind == "users" && what == "display")
      simulator_.set_display(user(name), {text_of(body_, "locale"), text_of(body_, "time_zone")});
    else if (kind == "users" && what == "status")
      simulator_.set_status(user(name), text_of(body_, "status"));
    else if (kind == "users" && what == "token")
      return with("token", simulator_.token_of(user(name)));
    else if (kind == "bots" && what == "revoke")
      simulator_.revoke_tokens_of(user(name));
    else if (kind == "teams" && what == "members")
      simulator_.join_team(team(name), user_named("user"));
    else if (kind == "teams" && what == "leave")
      simulator_.leave_team(team(name), user_named("user"));
    else
      refuse(404, "unknown: " + kind + "/…/" + what);
    return ok();
  }

  [[nodiscard]] Json counters() const {
    return from_text(
        JsonObject()
            .number("posts_created", static_cast<std::int64_t>(simulator_.posts_created()))
            .number("pending_posts", static_cast<std::int64_t>(simulator_.pending_posts()))
            .number("files", static_cast<std::int64_t>(simulator_.files().size()))
            .number("sockets", static_cast<std::int64_t>(simulator_.sockets()))
            .boolean("down", server_.down)
            .number("now", server_.clock.now_ms())
            .take());
  }

  [[nodiscard]] Json users() const {
    std::vector<std::string> out;
    for (const auto& person : server_.people.all())
      out.push_back(JsonObject()
                        .text("id", person->id)
                        .text("username", person->username)
                        .text("email", person->email)
                        .text("first_name", person->first_name)
                        .text("last_name", person->last_name)
                        .boolean("is_bot", person->is_bot)
                        .boolean("is_admin", person->is_admin())
                        .boolean("active", person->delete_at == 0)
                        .text("status", server_.people.status(person->id).status)
                        .take());
    return from_text(JsonObject().raw("users", mattermost::json_array(out)).take());
  }

  [[nodiscard]] Json teams() const {
    std::vector<std::string> out;
    for (const auto& entry : server_.teams.all()) out.push_back(mattermost::team_json(entry));
    return from_text(JsonObject().raw("teams", mattermost::json_array(out)).take());
  }

  [[nodiscard]] std::string shown(const mattermost::Post& post) const {
    const auto author = server_.people.find(post.user_id);
    return JsonObject()
        .text("author", author ? author->username : "")
        .boolean("by_bot", author && author->is_bot)
        .raw("post", mattermost::post_json(post, mattermost::PostView::read, server_.files))
        .take();
  }

  [[nodiscard]] Json direct(const std::string& user_id) const {
    auto all = simulator_.posts_in_direct_channel(user_id);
    if (all.size() > k_shown_posts)
      all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(k_shown_posts));
    std::vector<std::string> kept;
    for (const auto& post : all) kept.push_back(shown(post));
    std::vector<std::string> alone;
    for (const auto& post : server_.ephemeral.of_user(user_id))
      alone.push_back(
          JsonObject().number("create_at", post.create_at).text("message", post.message).take());
    return from_text(JsonObject()
                         .raw("posts", mattermost::json_array(kept))
                         .raw("ephemeral", mattermost::json_array(alone))
                         .number("now", server_.clock.now_ms())
                         .take());
  }

  [[nodiscard]] Json posts() const {
    std::vector<std::string> out;
    for (const auto& post : server_.posts.all()) out.push_back(shown(*post));
    return from_text(JsonObject().raw("posts", mattermost::json_array(out)).take());
  }

  Json add_user() {
    MattermostSimulator::NewUser wanted{.username = text_of(body_, "username"),
                                        .email = text_of(body_, "email"),
                                        .first = text_of(body_, "first"),
                                        .last = text_of(body_, "last")};
    if (has(body_, "locale")) wanted.locale = text_of(body_, "locale");
    if (has(body_, "time_zone")) wanted.time_zone = text_of(body_, "time_zone");
    wanted.password = text_of(body_, "password");
    const std::string id =
        boolean_of(body_, "admin") ? simulator_.add_admin(wanted) : simulator_.add_user(wanted);
    if (id.empty()) refuse(409, "that name or address is taken");
    return with("id", id);
  }

  Json add_bot() {
    const std::string owner = text_of(body_, "owner");
    const auto bot =
        simulator_.create_bot(text_of(body_, "username"), owner.empty() ? "" : user(owner));
    if (bot.user_id.empty()) refuse(409, "that name is taken");
    return from_text(JsonObject().text("user_id", bot.user_id).text("token", bot.token).take());
  }

  Json configure() {
    for (const auto& [key, value] : *body_)
      simulator_.set_config(key, value.convert<std::string>());
    return ok();
  }

  Json add_command() {
    std::string token;
    const std::string id = simulator_.add_command(
        team(text_of(body_, "team")), text_of(body_, "trigger"), text_of(body_, "url"), &token);
    if (id.empty()) refuse(409, "that trigger is taken");
    return from_text(JsonObject().text("id", id).text("token", token).take());
  }

  Json write() {
    const std::string to = text_of(body_, "to");
    const bool is_channel = server_.posts.find_channel(to) != nullptr;
    const std::string id =
        simulator_.write_as(user_named("user"), is_channel ? to : user(to), text_of(body_, "text"));
    if (id.empty()) refuse(400, "the post was refused");
    return with("id", id);
  }

  void make_trouble() {
    const auto ms = [&](const char* member) {
      return std::chrono::milliseconds{number_of(body_, member)};
    };
    simulator_.set_post_delays(ms("delay_before_ms"), ms("delay_after_ms"));
    simulator_.fail_posts_before_save(static_cast<int>(number_of(body_, "fail_before")));
    simulator_.fail_posts_after_save(static_cast<int>(number_of(body_, "fail_after")));
    simulator_.leave_out_files(static_cast<int>(number_of(body_, "leave_out_files")));
  }

  MattermostSimulator& simulator_;
  mattermost::Server& server_;
  Json body_;
};

}  // namespace

Poco::JSON::Object::Ptr MattermostSimulator::control(const std::string& method,
                                                     const std::string& path,
                                                     const Poco::JSON::Object::Ptr& body) {
  auto parts = path_parts(path);
  if (parts.size() >= 2 && parts[0] == "control" && parts[1] == "mattermost")
    parts.erase(parts.begin(), parts.begin() + 2);
  try {
    return Control(*this, *server_, body).run(method, parts);
  } catch (const mattermost::Refusal& refusal) {
    return parse_object(
        mattermost::JsonObject()
            .text("error", refusal.id.starts_with("api.context") ? refusal.message : refusal.id)
            .number("status_code", refusal.status)
            .take());
  }
}

}  // namespace belfry::sandbox
