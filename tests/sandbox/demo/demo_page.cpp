#include "tests/sandbox/demo/demo_page.h"

#include "tests/sandbox/demo/demo_parts.h"

namespace belfry::sandbox {

namespace {

constexpr std::string_view k_body = R"demo(
<header class="top">
  <svg class="bell" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3a6 6 0 0 0-6 6v4.2L4.4 16.4a.7.7 0 0 0 .6 1.1h14a.7.7 0 0 0 .6-1.1L18 13.2V9a6 6 0 0 0-6-6Zm-2.4 16a2.5 2.5 0 0 0 4.8 0Z"/></svg>
  <h1>Belfry <span>what is said in Teams rings in Mattermost</span></h1>
  <p id="health" role="status"></p>
</header>
<nav class="tabs" aria-label="Pane">
  <button data-pane="teams" aria-pressed="true">Teams</button>
  <button data-pane="mattermost" aria-pressed="false">Mattermost <b class="badge" id="tab-badge" hidden></b></button>
</nav>
<main>
  <section class="pane teams" id="teams" aria-label="Teams">
    <div class="bar">
      <h2>Teams</h2>
      <div class="people" id="teams-people" role="group" aria-label="You are"></div>
    </div>
    <div class="sub">
      <p class="who" id="teams-who"></p>
      <div class="segments" id="presence" role="group" aria-label="Presence"></div>
    </div>
    <div class="split">
      <ul class="chats" id="chats" aria-label="Chats"></ul>
      <div class="talk">
        <h3 id="chat-title"></h3>
        <ol class="flow" id="messages" aria-live="polite"></ol>
        <form class="composer" id="say">
          <input aria-label="Message" autocomplete="off" maxlength="4000">
          <button>Send</button>
        </form>
      </div>
    </div>
  </section>
  <section class="pane mattermost" id="mattermost" aria-label="Mattermost">
    <div class="bar">
      <h2>Mattermost</h2>
      <div class="people" id="users" role="group" aria-label="You are"></div>
    </div>
    <div class="sub">
      <p class="who" id="user-who"></p>
      <p class="state" id="state"></p>
      <button class="primary" id="connect" hidden>Connect</button>
    </div>
    <div class="talk">
      <h3>Belfry <span class="tag">BOT</span></h3>
      <ol class="flow" id="posts" aria-live="polite"></ol>
      <form class="composer" id="tell">
        <input aria-label="Message to the bot" autocomplete="off" maxlength="4000" placeholder="Write to the bot: status, notifications off, help &hellip;">
        <button>Send</button>
      </form>
    </div>
  </section>
</main>
)demo";

}  // namespace

std::string demo_page() {
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n"
      "<title>Belfry: the demo</title>\n<style>";
  out.append(demo_style()).append("</style>\n").append(k_body).append("<script>\n'use strict';\n");
  out.append(demo_text_script()).append(demo_pane_script()).append("</script>\n</html>\n");
  return out;
}

}  // namespace belfry::sandbox
