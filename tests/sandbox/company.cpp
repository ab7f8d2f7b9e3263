#include "tests/sandbox/company.h"

namespace belfry::sandbox {

namespace {

void add_to_mattermost(Sandbox& sandbox, Company& company) {
  MattermostSimulator& mattermost = sandbox.mattermost();
  std::string admin;
  for (const std::string& id : company.people()) {
    const auto person = sandbox.directory().person(id);
    const auto blank = person->name.find(' ');
    const MattermostSimulator::NewUser user{
        .username = person->mail.substr(0, person->mail.find('@')),
        .email = person->mail,
        .first = person->name.substr(0, blank),
        .last = person->name.substr(blank + 1),
        .password = "sandbox-password"};
    if (admin.empty())
      admin = mattermost.add_admin(user);
    else
      mattermost.add_user(user);
  }
  const auto bot = mattermost.create_bot("belfry", admin);
  company.bot_user = bot.user_id;
  company.bot_token = bot.token;
}

}  // namespace

Company make_company(Sandbox& sandbox) {
  GraphSimulator& graph = sandbox.graph();
  const auto person = [&](const char* id, const char* name, const char* mail,
                          const char* tenant = "") {
    return graph.add_person({.id = id, .name = name, .mail = mail, .tenant = tenant});
  };
  Company out;
  out.mira =
      person("11a0f3c2-7b64-4d19-8e5a-6c0d92b4e7f1", "Mira Lindqvist", "mira@contoso.example");
  out.tomas =
      person("22b1e4d3-8c75-4e2a-9f6b-7d1ea3c5f802", "Tomas Okoye", "tomas@contoso.example");
  out.yuna = person("33c2d5e4-9d86-4f3b-a07c-8e2fb4d6a913", "Yuna Park", "yuna@contoso.example");
  out.ada = person("55d4e7a6-bfa8-414d-829e-a041d6f8cb35", "Ada Ferreira", "ada@contoso.example");
  out.jonas =
      person("66e5f8b7-c0b9-425e-93af-b152e709dc46", "Jonas Weber", "jonas@contoso.example");
  out.leila =
      person("77f60ac8-d1ca-436f-a4b0-c263f81aed57", "Leila Haddad", "leila@contoso.example");
  out.rui = person("44d3c6f5-ae97-403c-b18d-9f30c5e7ba24", "Rui Prado", "rui@fabrikam.example",
                   "b2a40d77-6c18-4f3e-9a5b-0d1e2f3a4b5c");

  out.release_crew =
      graph.create_chat(ChatKind::group, "Release crew", {out.mira, out.tomas, out.yuna, out.rui});
  out.coffee = graph.create_chat(ChatKind::group, "Coffee & cake", out.people());
  out.mira_tomas = graph.create_chat(ChatKind::one_on_one, "", {out.mira, out.tomas});
  out.ada_jonas = graph.create_chat(ChatKind::one_on_one, "", {out.ada, out.jonas});
  out.budget_review =
      graph.create_chat(ChatKind::meeting, "Budget review", {out.mira, out.ada, out.leila});

  graph.set_presence(out.mira, "Available", "Available");
  graph.set_presence(out.tomas, "Away", "Away");
  graph.set_presence(out.yuna, "Offline", "Offline");
  graph.set_presence(out.ada, "Busy", "InAMeeting");
  graph.set_presence(out.jonas, "Offline", "OffWork");
  graph.set_presence(out.leila, "Away", "Away");
  add_to_mattermost(sandbox, out);
  return out;
}

}  // namespace belfry::sandbox
