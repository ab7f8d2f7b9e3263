#include "tests/sandbox/demo/demo_parts.h"

namespace belfry::sandbox {

// No text is ever assigned to innerHTML: nodes are made one by one, links to http(s) only.
std::string_view demo_text_script() {
  return R"demo(
function node(tag, props, ...children) {
  const out = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {}))
    if (name in out) out[name] = value; else out.setAttribute(name, value);
  out.append(...children);
  return out;
}
function link(url, children) {
  if (!/^https?:\/\//i.test(url)) return node('span', {}, ...children);
  return node('a', {href: url, target: '_blank', rel: 'noopener noreferrer'}, ...children);
}
const ENTITIES = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0'};
function entity(name) {
  if (name[0] !== '#') return ENTITIES[name];
  const code = name[1] === 'x' ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
  return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : undefined;
}
const INLINE = [
  [/^\\([\\`*{}\[\]()#+\-.!_>~|])/, m => m[1]],
  [/^&(#?\w+);/, m => entity(m[1])],
  [/^(`+)([^]*?[^`])\1(?!`)/, m => node('code', {}, m[2].trim())],
  [/^\[((?:\\.|[^\]\\])*)\]\(([^\s()]*)\)/, m => link(m[2], inline(m[1]))],
  [/^\*\*((?:\\.|[^\\])+?)\*\*/, m => node('strong', {}, ...inline(m[1]))],
  [/^\*((?:\\.|[^*\\])+?)\*/, m => node('em', {}, ...inline(m[1]))],
  [/^~~((?:\\.|[^\\])+?)~~/, m => node('s', {}, ...inline(m[1]))],
  [/^https?:\/\/[^\s<>()]*[^\s<>().,;:!?'"]/, m => link(m[0], [m[0]])],
  [/^\n/, () => node('br')],
];
function inline(text) {
  const out = [];
  let plain = '';
  while (text) {
    let made, used = 0;
    for (const [pattern, make] of INLINE) {
      const match = pattern.exec(text);
      if (match && (made = make(match)) !== undefined) { used = match[0].length; break; }
    }
    if (!used) { const one = String.fromCodePoint(text.codePointAt(0)); plain += one; text = text.slice(one.length); continue; }
    if (typeof made === 'string') plain += made;
    else { if (plain) out.push(plain); plain = ''; out.push(made); }
    text = text.slice(used);
  }
  if (plain) out.push(plain);
  return out;
}
const cells = line => line.replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map(cell => cell.trim());
function table(lines) {
  const row = (line, tag) => node('tr', {}, ...cells(line).map(cell => node(tag, {}, ...inline(cell))));
  return node('table', {}, row(lines[0], 'th'), ...lines.slice(2).map(line => row(line, 'td')));
}
function markdown(text, depth = 0) {
  const lines = text.split('\n'), out = [];
  const take = test => { const found = []; while (lines.length && test(lines[0])) found.push(lines.shift()); return found; };
  while (lines.length) {
    const line = lines[0];
    const fence = /^ {0,3}(`{3,}|~{3,})/.exec(line);
    if (!line.trim()) { lines.shift(); continue; }
    if (fence) {
      lines.shift();
      const code = take(l => !l.trim().startsWith(fence[1]));
      lines.shift();
      out.push(node('pre', {}, node('code', {}, code.join('\n'))));
    } else if (/^> ?/.test(line) && depth < 8) {
      out.push(node('blockquote', {}, ...markdown(take(l => /^>/.test(l)).map(l => l.replace(/^> ?/, '')).join('\n'), depth + 1)));
    } else if (/^#{1,6} /.test(line)) {
      out.push(node('h4', {}, ...inline(lines.shift().replace(/^#+ /, ''))));
    } else if (/^[-*+] /.test(line)) {
      out.push(node('ul', {}, ...take(l => /^[-*+] /.test(l)).map(l => node('li', {}, ...inline(l.slice(2))))));
    } else if (/^\d+\. /.test(line)) {
      out.push(node('ol', {}, ...take(l => /^\d+\. /.test(l)).map(l => node('li', {}, ...inline(l.replace(/^\d+\. /, ''))))));
    } else if (/^\|/.test(line) && /^\|[-| :]+$/.test(lines[1] || '')) {
      out.push(table(take(l => /^\|/.test(l))));
    } else {
      // The first line belongs to it in any case, or an odd one would never be used up.
      const rest = [lines.shift(), ...take(l => l.trim() && !/^(>|#{1,6} |[-*+] |\d+\. |\||`{3}|~{3})/.test(l))];
      out.push(node('p', {}, ...inline(rest.join('\n'))));
    }
  }
  return out;
}
const ALLOWED = new Set(['B', 'STRONG', 'I', 'EM', 'S', 'CODE', 'PRE', 'P', 'BR', 'BLOCKQUOTE', 'UL', 'OL', 'LI']);
// Parsed into a document that runs and loads nothing; then copied tag by tag, attributes left behind.
function teamsHtml(html) {
  const copy = from => [...from.childNodes].flatMap(child => {
    if (child.nodeType === Node.TEXT_NODE) return [child.nodeValue];
    if (child.nodeType !== Node.ELEMENT_NODE || /^(SCRIPT|STYLE)$/.test(child.tagName)) return [];
    if (child.tagName === 'A') return [link(child.getAttribute('href') || '', copy(child))];
    if (child.tagName === 'IMG' || child.tagName === 'EMOJI') return [child.getAttribute('alt') || ''];
    return ALLOWED.has(child.tagName) ? [node(child.tagName, {}, ...copy(child))] : copy(child);
  });
  return copy(new DOMParser().parseFromString(html, 'text/html').body);
}
)demo";
}

}  // namespace belfry::sandbox
