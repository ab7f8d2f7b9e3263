#include "tests/sandbox/demo/demo_parts.h"

namespace belfry::sandbox {

std::string_view demo_style() {
  return R"demo(
:root {
  --ground: #f3f1ec; --card: #fffefb; --ink: #23252b; --soft: #6b6e78; --line: #e3dfd5; --field: #f7f5f0;
  --teams: #5a57b8; --teams-tint: #eeedfa; --mm: #1f5fc4; --mm-tint: #e9f0fc;
  --on: #3c9b5f; --busy: #cc4a3c; --away: #d99a1c; --off: #a3a5ab; --brass: #a9751b;
  --shadow: 0 1px 2px rgb(40 35 20 / 6%), 0 8px 28px rgb(40 35 20 / 6%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #17181c; --card: #1f2126; --ink: #e6e4df; --soft: #9a9ca5; --line: #30323a; --field: #26282e;
    --teams: #a19ef0; --teams-tint: #2b2a45; --mm: #7fb0ff; --mm-tint: #223046;
    --on: #5cbf80; --busy: #e8776a; --away: #e6b34c; --off: #70737b; --brass: #d9a648;
    --shadow: 0 1px 2px rgb(0 0 0 / 30%), 0 8px 28px rgb(0 0 0 / 25%);
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html, body { height: 100%; }
body { margin: 0; display: flex; flex-direction: column; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif; }
h1, h2, h3, p, ul, ol { margin: 0; padding: 0; }
ul, ol { list-style: none; }
button, input { font: inherit; color: inherit; }
button { cursor: pointer; background: none; border: 0; padding: 0; }
:focus-visible { outline: 2px solid var(--accent, var(--brass)); outline-offset: 2px; }
.top { display: flex; align-items: center; gap: 10px; padding: 14px 24px 10px; }
.bell { width: 26px; height: 26px; flex: none; fill: var(--brass); }
h1 { font-size: 19px; font-weight: 650; letter-spacing: -.01em; }
h1 span { margin-left: 8px; color: var(--soft); font-size: 14px; font-weight: 400; letter-spacing: 0; }
#health { margin-left: auto; color: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; }
#health.bad { color: var(--busy); }
.tabs { display: none; }
main { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 18px; padding: 6px 24px 24px; }
.pane { min-height: 0; display: flex; flex-direction: column; background: var(--card); border: 1px solid var(--line);
  border-radius: 14px; box-shadow: var(--shadow); overflow: hidden; }
.teams { --accent: var(--teams); --tint: var(--teams-tint); }
.mattermost { --accent: var(--mm); --tint: var(--mm-tint); }
.bar { display: flex; align-items: center; gap: 14px; padding: 12px 16px; border-bottom: 1px solid var(--line); }
h2 { color: var(--accent); font-size: 16px; font-weight: 650; }
.people { margin-left: auto; display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 8px; }
.avatar { position: relative; flex: none; display: grid; place-items: center; width: 34px; height: 34px; border-radius: 50%;
  background: hsl(var(--hue) 38% 82%); color: hsl(var(--hue) 45% 24%); font-size: 12.5px; font-weight: 650; }
@media (prefers-color-scheme: dark) { .avatar { background: hsl(var(--hue) 28% 30%); color: hsl(var(--hue) 50% 86%); } }
.avatar.small { width: 30px; height: 30px; font-size: 11.5px; }
button.avatar[aria-pressed=true] { box-shadow: 0 0 0 2px var(--card), 0 0 0 4px var(--accent); }
.dot { position: absolute; right: -2px; bottom: -2px; width: 12px; height: 12px; border-radius: 50%; border: 2px solid var(--card); background: var(--off); }
.dot.on { background: var(--on); } .dot.busy { background: var(--busy); } .dot.away { background: var(--away); }
.badge { display: inline-grid; place-items: center; min-width: 18px; height: 18px; padding: 0 5px; border-radius: 9px; background: var(--busy); color: #fff;
  font-size: 11px; font-weight: 700; font-variant-numeric: tabular-nums; }
.avatar .badge { position: absolute; top: -6px; right: -7px; box-shadow: 0 0 0 2px var(--card); }
.sub { display: flex; align-items: center; gap: 12px; min-height: 53px; padding: 8px 16px; border-bottom: 1px solid var(--line); background: var(--field); }
.who { font-weight: 600; white-space: nowrap; }
.state { min-width: 0; flex: 1; color: var(--soft); font-size: 13.5px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.state.on::before, .state.off::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 7px; border-radius: 50%; background: var(--off); }
.state.on::before { background: var(--on); }
.segments { margin-left: auto; display: flex; padding: 3px; border: 1px solid var(--line); border-radius: 9px; background: var(--card); }
.segments button { padding: 3px 11px; border-radius: 6px; color: var(--soft); font-size: 13.5px; }
.segments button[aria-pressed=true] { background: var(--tint); color: var(--accent); font-weight: 600; }
.primary, .composer button { padding: 6px 15px; border-radius: 8px; background: var(--accent); color: #fff; font-weight: 600; }
@media (prefers-color-scheme: dark) { .primary, .composer button { color: #14161a; } }
.primary:disabled, .composer button:disabled { opacity: .5; cursor: default; }
.split { flex: 1; min-height: 0; display: grid; grid-template-columns: 190px minmax(0, 1fr); }
.chats { padding: 8px; border-right: 1px solid var(--line); overflow: auto; }
.chats button { display: block; width: 100%; padding: 8px 10px; border-radius: 8px; text-align: left; }
.chats button:hover { background: var(--field); }
.chats button[aria-pressed=true] { background: var(--tint); }
.chats strong { display: block; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.chats small { color: var(--soft); font-size: 12.5px; }
.talk { flex: 1; min-width: 0; min-height: 0; display: flex; flex-direction: column; }
h3 { padding: 10px 16px; font-size: 15px; font-weight: 600; border-bottom: 1px solid var(--line); }
.tag { margin-left: 4px; padding: 1px 5px; border-radius: 4px; background: var(--field); color: var(--soft); font-size: 10.5px; font-weight: 700; letter-spacing: .04em; vertical-align: 1px; }
.flow { flex: 1; min-height: 0; padding: 14px 16px; overflow: auto; scrollbar-width: thin; }
.flow > li { margin-bottom: 14px; }
.flow .none { margin: 15% auto 0; max-width: 34ch; color: var(--soft); text-align: center; text-wrap: balance; }
.entry { display: flex; gap: 10px; }
.entry > div { min-width: 0; flex: 1; }
.meta { display: flex; align-items: baseline; gap: 8px; font-size: 13px; color: var(--soft); }
.meta b { color: var(--ink); font-size: 14px; font-weight: 600; }
.teams .text { display: inline-block; max-width: 100%; margin-top: 3px; padding: 7px 12px; border-radius: 4px 12px 12px 12px; background: var(--field); }
.teams .mine { flex-direction: row-reverse; }
.teams .mine > div { text-align: right; }
.teams .mine .meta { justify-content: flex-end; }
.teams .mine .text { border-radius: 12px 4px 12px 12px; background: var(--tint); text-align: left; }
.text { overflow-wrap: anywhere; }
.text blockquote, .text pre, .text table { margin: 0; }
.text > * + *, .text blockquote > * + * { margin-top: 5px; }
.text > :is(a, b, strong, em, i, s, code, br) { margin-top: 0; }
.text blockquote { padding: 1px 0 1px 12px; border-left: 3px solid color-mix(in srgb, var(--accent) 45%, transparent); }
.text a { color: var(--accent); text-underline-offset: 2px; }
.text code { padding: 1px 5px; border-radius: 4px; background: var(--field); font: .88em ui-monospace, "DejaVu Sans Mono", monospace; }
.text pre { padding: 9px 12px; border-radius: 8px; background: var(--field); overflow: auto; }
.text pre code { padding: 0; background: none; }
.text ul, .text ol { margin: 4px 0 0; padding-left: 22px; list-style: revert; }
.text table { border-collapse: collapse; font-size: 14px; }
.text th, .text td { padding: 3px 10px 3px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
.text h4 { margin: 4px 0 0; font-size: 15px; }
.gone { color: var(--soft); font-style: italic; }
.latency { display: inline-flex; align-items: center; gap: 6px; margin-top: 5px; color: var(--soft); font-size: 12.5px; font-variant-numeric: tabular-nums; }
.latency::before { content: ""; width: 14px; height: 1px; background: var(--brass); }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
.actions button { padding: 4px 12px; border: 1px solid color-mix(in srgb, var(--accent) 40%, var(--line)); border-radius: 8px; color: var(--accent); font-weight: 600; font-size: 14px; }
.alone { padding: 9px 12px; border: 1px dashed var(--line); border-radius: 10px; background: var(--field); }
.alone small { display: block; color: var(--soft); font-size: 12px; }
.fresh { display: flex; align-items: center; gap: 10px; color: var(--busy); font-size: 12px; font-weight: 600; }
.fresh::before, .fresh::after { content: ""; flex: 1; height: 1px; background: color-mix(in srgb, var(--busy) 45%, transparent); }
@media (prefers-reduced-motion: no-preference) { .arrived { animation: ring .6s ease-out; } @keyframes ring { from { opacity: 0; transform: translateY(6px); } } }
.composer { display: flex; gap: 8px; padding: 12px 16px 14px; border-top: 1px solid var(--line); }
.composer input { flex: 1; min-width: 0; padding: 7px 12px; border: 1px solid var(--line); border-radius: 9px; background: var(--field); }
.composer input:focus { outline: 2px solid var(--accent); outline-offset: -1px; }
.composer input::placeholder { color: var(--soft); opacity: 1; }
@media (max-width: 1120px) { .split { grid-template-columns: 150px minmax(0, 1fr); } h1 span { display: none; } }
@media (max-width: 820px) {
  .top { padding: 12px 14px 6px; }
  .tabs { display: flex; gap: 4px; margin: 4px 14px 8px; padding: 3px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
  .tabs button { flex: 1; padding: 6px; border-radius: 7px; color: var(--soft); font-weight: 600; }
  .tabs button[aria-pressed=true] { background: var(--field); color: var(--ink); }
  main { grid-template-columns: minmax(0, 1fr); padding: 0 14px 14px; }
  main[data-shown=teams] .mattermost, main[data-shown=mattermost] .teams { display: none; }
  .bar h2 { display: none; } .people { margin: 0; justify-content: flex-start; }
  .sub { flex-wrap: wrap; gap: 6px 12px; } .segments { margin-left: 0; }
  .split { display: flex; flex-direction: column; }
  .chats { display: flex; flex: none; gap: 4px; border-right: 0; border-bottom: 1px solid var(--line); }
  .chats li { flex: none; } .chats small { display: none; }
}
)demo";
}

}  // namespace belfry::sandbox
