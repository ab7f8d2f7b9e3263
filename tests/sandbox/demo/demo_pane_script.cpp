#include "tests/sandbox/demo/demo_parts.h"

namespace belfry::sandbox {

std::string_view demo_pane_script() {
  return R"demo(
const $ = id => document.getElementById(id);
const API = (new URLSearchParams(location.search).get('control') || location.origin).replace(/\/$/, '') + '/control';
const SOON = 600, NOW_AND_THEN = 4000, SELDOM = 15000;
const PRESENCES = [['Active', 'Available'], ['Busy', 'Busy'], ['Away', 'Away'], ['Offline', 'Offline']];
const DOTS = {Available: 'on', Busy: 'busy', DoNotDisturb: 'busy', Away: 'away', BeRightBack: 'away'};
const state = {people: [], chats: [], me: '', chat: '', users: [], user: '', direct: {}, read: {}, marker: {}, connected: {}, drawn: {}};

async function ask(method, path, body) {
  const answer = await fetch(API + path, {method, headers: body ? {'Content-Type': 'application/json'} : {}, body: body && JSON.stringify(body)});
  const json = await answer.json();
  if (!answer.ok || json.error) throw new Error(json.error || answer.status);
  return json;
}
const hue = name => [...name].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 360, 7);
const initials = name => name.split(/[\s.]+/).map(word => word[0] || '').join('').slice(0, 2).toUpperCase();
const time = ms => new Date(ms).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', second: '2-digit'});
const person = id => state.people.find(p => p.id === id) || {id, name: 'Somebody', mail: ''};
const fullName = user => `${user.first_name} ${user.last_name}`.trim() || user.username;
function avatar(tag, name, props, ...children) {
  const out = node(tag, {className: 'avatar', title: name, ...props}, initials(name), ...children);
  out.style.setProperty('--hue', hue(name));
  return out;
}
// Draws only what changed, so that scrolling, focus and selection stay.
function draw(place, key, make) {
  const text = JSON.stringify(key);
  if (state.drawn[place] === text) return false;
  state.drawn[place] = text;
  $(place).replaceChildren(...make());
  return true;
}
function flow(place, key, make) {
  const list = $(place), atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const before = new Set([...list.children].map(item => item.dataset.id)), known = before.size > 0;
  if (!draw(place, key, make)) return;
  for (const item of list.children) if (known && item.dataset.id && !before.has(item.dataset.id)) item.classList.add('arrived');
  if (atEnd || !known) list.scrollTop = list.scrollHeight;
}

// Teams, left.
function chatTitle(chat) {
  const others = chat.members.filter(id => id !== state.me).map(id => person(id).name);
  return chat.topic || (chat.kind === 'oneOnOne' ? others[0] : others.join(', ')) || 'Chat';
}
function chatKind(chat) {
  return chat.kind === 'oneOnOne' ? 'One to one' : (chat.kind === 'meeting' ? 'Meeting' : 'Group') + ` \u00b7 ${chat.members.length}`;
}
const myChats = () => state.chats.filter(c => c.members.includes(state.me)).sort((a, b) => b.last_message_at - a.last_message_at || chatTitle(a).localeCompare(chatTitle(b)));
function drawTeams() {
  const me = person(state.me), mine = myChats();
  if (!mine.some(chat => chat.id === state.chat)) state.chat = mine.length ? mine[0].id : '';
  draw('teams-people', [state.people, state.me], () => state.people.map(p => avatar('button', p.name,
    {type: 'button', ariaPressed: String(p.id === state.me), ariaLabel: `${p.name}, ${p.availability}`, onclick: () => { state.me = p.id; state.chat = ''; drawTeams(); pollMessages(); }},
    node('span', {className: 'dot ' + (DOTS[p.availability] || '')}))));
  $('teams-who').textContent = me.name;
  draw('presence', [state.me, me.availability], () => PRESENCES.map(([label, value]) => node('button',
    {type: 'button', ariaPressed: String(me.availability === value), onclick: () => act(async () => {
      await ask('POST', '/presence', {person: state.me, availability: value, activity: value});
      await pollTeams();
    })}, label)));
  draw('chats', [mine, state.chat, state.me], () => mine.map(chat => node('li', {}, node('button',
    {type: 'button', ariaPressed: String(chat.id === state.chat), onclick: () => { state.chat = chat.id; drawTeams(); pollMessages(); }},
    node('strong', {}, chatTitle(chat)), node('small', {}, chatKind(chat))))));
  const chat = mine.find(c => c.id === state.chat);
  $('chat-title').textContent = chat ? chatTitle(chat) : 'No chat';
  const [input, button] = $('say').elements;
  input.disabled = button.disabled = !chat;
  input.placeholder = chat ? `Say something as ${me.name.split(' ')[0]}` : 'No chat to write to';
}
async function pollTeams() {
  [state.people, state.chats] = await Promise.all([ask('GET', '/people'), ask('GET', '/chats')]);
  if (!state.people.some(p => p.id === state.me)) state.me = state.people.length ? state.people[0].id : '';
  drawTeams();
}
async function pollMessages() {
  const chat = state.chat, me = state.me;
  const messages = chat ? await ask('GET', '/messages?chat=' + encodeURIComponent(chat)) : [];
  if (chat !== state.chat || me !== state.me) return;
  if (state.drawn.shown !== chat + me) { state.drawn.shown = chat + me; $('messages').replaceChildren(); delete state.drawn.messages; }
  const shown = messages.filter(m => !m.system).slice(-100);
  flow('messages', [chat, me, shown], () => shown.length ? shown.map(message => {
    const sender = person(message.sender);
    const text = message.deleted ? [node('span', {className: 'gone'}, 'This message was deleted.')]
      : message.contentType === 'html' ? teamsHtml(message.content) : [message.content];
    const item = node('li', {className: message.sender === me ? 'entry mine' : 'entry'}, avatar('span', sender.name, {className: 'avatar small'}),
      node('div', {}, node('p', {className: 'meta'}, node('b', {}, sender.name), time(message.at) + (message.edited ? ', edited' : '')),
        node('div', {className: 'text'}, ...text)));
    item.dataset.id = message.id;
    return item;
  }) : [node('li', {className: 'none'}, 'Nothing said here yet. Write something, and look to the right.')]);
}

// Mattermost, right.
const newest = list => list.length ? list[list.length - 1].post.create_at : 0;
const visible = id => (state.direct[id] || {posts: []}).posts.filter(entry => !entry.post.delete_at);
const unread = id => visible(id).filter(entry => entry.by_bot && entry.post.create_at > (state.read[id] ?? Infinity)).length;
// A message's id in Teams is the millisecond at which it was said, and stands in the post's link.
function latency(post) {
  const said = /\/l\/message\/[^\/)\s]+\/(\d{13})/.exec(post.message);
  if (!said) return null;
  const seconds = (post.create_at - Number(said[1])) / 1000;
  const text = seconds < 0 ? null : seconds < 10 ? seconds.toFixed(2) + ' s' : seconds < 90 ? Math.round(seconds) + ' s' : Math.round(seconds / 60) + ' min';
  return text && node('p', {className: 'latency'}, `posted ${text} after it was said`);
}
function actionsOf(post) {
  const actions = (post.props.attachments || []).flatMap(attachment => attachment.actions || []);
  if (!actions.length) return [];
  const press = (action, selected) => act(async () => {
    const answer = await ask('POST', '/mattermost/click', {user: state.user, post: post.id, action: action.id, selected});
    await pollDirect(state.user);
    if (answer.status !== 200) throw new Error('the click was refused: ' + answer.error_id);
  });
  return [node('div', {className: 'actions'}, ...actions.flatMap(action => action.type === 'select'
    ? (action.options || []).map(o => node('button', {type: 'button', onclick: () => press(action, o.value)}, `${action.name}: ${o.text}`))
    : [node('button', {type: 'button', onclick: () => press(action, '')}, action.name)]))];
}
function postItem(entry) {
  const {post} = entry, late = latency(post);
  const item = node('li', {className: 'entry'}, avatar('span', entry.author, {className: 'avatar small'}),
    node('div', {}, node('p', {className: 'meta'}, node('b', {}, entry.author), ...(entry.by_bot ? [node('span', {className: 'tag'}, 'BOT')] : []),
      time(post.create_at) + (post.edit_at ? ' (edited)' : '')),
      node('div', {className: 'text'}, ...markdown(post.message)), ...actionsOf(post), ...(late ? [late] : [])));
  item.dataset.id = post.id;
  return item;
}
function aloneItem(message) {
  const item = node('li', {className: 'alone'}, node('small', {}, `Only visible to you, ${time(message.create_at)}`), node('div', {className: 'text'}, ...markdown(message.message)));
  item.dataset.id = 'alone' + message.create_at + message.message;
  return item;
}
function drawMattermost() {
  const user = state.users.find(u => u.id === state.user);
  const counts = state.users.map(u => u.id === state.user ? 0 : unread(u.id));
  draw('users', [state.users, state.user, counts, state.connected], () => state.users.map((u, i) => avatar('button', fullName(u),
    {type: 'button', ariaPressed: String(u.id === state.user), ariaLabel: fullName(u) + (counts[i] ? `, ${counts[i]} unread` : ''), onclick: () => choose(u.id)},
    node('span', {className: 'dot ' + (state.connected[u.id]?.yes ? 'on' : '')}),
    ...(counts[i] ? [node('b', {className: 'badge'}, String(counts[i]))] : []))));
  const sum = counts.reduce((a, b) => a + b, 0);
  $('tab-badge').hidden = !sum;
  $('tab-badge').textContent = sum;
  document.title = (sum ? `(${sum}) ` : '') + 'Belfry: the demo';
  if (!user) return;
  const link = state.connected[user.id];
  $('user-who').textContent = fullName(user);
  $('state').textContent = link ? link.text : 'Asking Belfry \u2026';
  $('state').title = $('state').textContent;
  $('state').className = 'state ' + (link ? (link.yes ? 'on' : 'off') : '');
  $('connect').hidden = !link || link.yes || link.silent;
  const {ephemeral = []} = state.direct[user.id] || {}, posts = visible(user.id), marker = state.marker[user.id];
  if (state.drawn.who !== user.id) { state.drawn.who = user.id; $('posts').replaceChildren(); delete state.drawn.posts; }
  flow('posts', [user.id, posts, ephemeral, marker], () => {
    const items = [...posts.map(e => [e.post.create_at, () => postItem(e)]), ...ephemeral.map(m => [m.create_at, () => aloneItem(m)])].sort((a, b) => a[0] - b[0]);
    const first = posts.find(e => e.by_bot && e.post.create_at > marker);
    const out = items.flatMap(([at, make]) => first && at === first.post.create_at ? [node('li', {className: 'fresh'}, 'New'), make()] : [make()]);
    return out.length ? out : [node('li', {className: 'none'}, link?.yes ? 'Nothing yet. Be away in Teams, and let somebody write to you.' : 'Connect, be away in Teams, and let somebody write to you.')];
  });
  state.read[user.id] = Math.max(state.read[user.id] || 0, newest(posts));
}
function choose(id) {
  state.marker[id] = unread(id) ? state.read[id] : Infinity;
  state.user = id;
  drawMattermost();
  pollDirect(id).catch(told);
  pollConnected(id).catch(told);
}
async function pollUsers() {
  state.users = (await ask('GET', '/mattermost/users')).users.filter(u => !u.is_bot && u.active);
  if (!state.users.some(u => u.id === state.user) && state.users.length) choose((state.users.find(u => u.username === 'tomas') || state.users[0]).id);
}
async function pollDirect(id) {
  if (!id) return;
  state.direct[id] = await ask('GET', '/mattermost/direct/' + id);
  if (state.read[id] === undefined) state.read[id] = newest(visible(id));
  if (state.marker[id] === undefined) state.marker[id] = Infinity;
  drawMattermost();
}
async function pollConnected(id) {
  const answer = await ask('POST', '/mattermost/command', {user: id, text: '/msteams status', quiet: true});
  state.connected[id] = answer.status === 200
    ? {yes: /\bare connected as\b/.test(answer.text), text: answer.text.replace(/[*`]/g, '')}
    : {yes: false, silent: true, text: answer.status === 404 ? 'There is no /msteams command.' : 'Belfry does not answer.'};
  drawMattermost();
}

// What people do.
function told(error) { $('health').textContent = String(error.message || error); $('health').className = 'bad'; state.told = Date.now(); }
async function act(work) { try { await work(); } catch (error) { told(error); } }
$('say').onsubmit = event => {
  event.preventDefault();
  const input = event.target.elements[0], text = input.value.trim();
  if (!text || !state.chat) return;
  input.value = '';
  act(async () => { await ask('POST', '/messages', {chat: state.chat, sender: state.me, text}); await pollMessages(); });
};
$('tell').onsubmit = event => {
  event.preventDefault();
  const input = event.target.elements[0], text = input.value.trim(), user = state.user;
  if (!text) return;
  input.value = '';
  act(async () => {
    if (text.startsWith('/')) {
      const answer = await ask('POST', '/mattermost/command', {user, text});
      if (answer.status !== 200) throw new Error('the command failed: ' + answer.error_id);
    } else await ask('POST', '/mattermost/write', {user, to: 'belfry', text});
    await pollDirect(user);
    setTimeout(() => pollConnected(user).catch(told), 1000);
  });
};
$('connect').onclick = () => {
  const user = state.users.find(u => u.id === state.user);
  const tab = window.open('', '_blank');  // at once: later the browser would take it for a pop-up
  act(async () => {
    $('connect').disabled = true;
    try {
      const same = state.people.find(p => p.mail && p.mail.toLowerCase() === user.email.toLowerCase());
      await ask('POST', '/entra/sign_in', same ? {mode: 'person', person: same.id} : {mode: 'page'});
      const answer = await ask('POST', '/mattermost/command', {user: user.id, text: '/msteams connect'});
      const url = /\]\((https?:\/\/[^)\s]+)\)/.exec(answer.text);
      if (url && tab) { tab.opener = null; tab.location = url[1]; } else if (tab) tab.close();
      if (answer.status !== 200) throw new Error('the command failed: ' + answer.error_id);
      await pollDirect(user.id);
      for (let i = 0; i < 60 && !state.connected[user.id]?.yes; ++i) { await new Promise(go => setTimeout(go, 1000)); await pollConnected(user.id); }
    } finally { $('connect').disabled = false; }
  });
};
for (const button of document.querySelectorAll('.tabs button')) button.onclick = () => {
  document.querySelector('main').dataset.shown = button.dataset.pane;
  for (const other of document.querySelectorAll('.tabs button')) other.ariaPressed = String(other === button);
  for (const list of document.querySelectorAll('.flow')) list.scrollTop = list.scrollHeight;  // a hidden list keeps no place
};
document.querySelector('main').dataset.shown = 'teams';

function every(ms, work) {
  const turn = async () => {
    try { await work(); if (Date.now() - (state.told || 0) > 5000) { $('health').textContent = ''; $('health').className = ''; } }
    catch (error) { told(error instanceof TypeError ? 'The sandbox does not answer.' : error); }
    setTimeout(turn, ms);
  };
  turn();
}
every(SOON, async () => { await pollTeams(); await pollMessages(); });
every(SOON, () => pollDirect(state.user));
every(NOW_AND_THEN, async () => { await pollUsers(); for (const u of state.users) if (u.id !== state.user) await pollDirect(u.id); });
every(SELDOM, async () => { for (const u of state.users.length ? state.users : (await pollUsers(), state.users)) await pollConnected(u.id); });
)demo";
}

}  // namespace belfry::sandbox
