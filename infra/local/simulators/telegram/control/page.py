"""The page that shows the chats as people see them; its buttons press through ``/control``."""

import base64
import hashlib
from typing import Final

STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2328; background: #fff; margin: 0;
  display: grid; grid-template-columns: 16rem 1fr; min-height: 100vh }
nav { border-right: 1px solid #d0d7de; padding: 1rem } main { padding: 1rem; max-width: 46rem }
h1 { font-size: 1.1rem; margin: 0 0 1rem } label { color: #57606a; font-size: .85rem }
select { font: inherit; width: 100%; margin-bottom: 1rem }
nav button { display: block; width: 100%; text-align: left; border: 0; background: none;
  font: inherit; padding: .3rem .5rem; border-radius: 4px; cursor: pointer }
nav button[aria-current=true] { background: #eff1f3 }
article { border-top: 1px solid #d0d7de; padding: .5rem 0 }
article header, .reply, .service { color: #57606a; font-size: .85rem }
.text { white-space: pre-wrap; overflow-wrap: anywhere }
.bold { font-weight: 700 } .italic { font-style: italic } .underline { text-decoration: underline }
.strikethrough { text-decoration: line-through }
.code, .pre { font-family: monospace; background: #eff1f3 }
.blockquote, .expandable_blockquote { border-left: 3px solid #d0d7de; padding-left: .5rem }
.mention, .hashtag, .bot_command, .url, .email, .text_link { color: #0969da }
.row { display: flex; gap: .5rem; margin-top: .3rem }
.row button { flex: 1; font: inherit; padding: .3rem; border: 1px solid #d0d7de; cursor: pointer;
  border-radius: 4px; background: #f6f8fa }
#answer { position: fixed; bottom: 1rem; right: 1rem; background: #1f2328; color: #fff;
  padding: .5rem 1rem; border-radius: 4px } #answer:empty { display: none }
"""
SCRIPT: Final = """
const REFRESH_MS = 1000, by = id => document.getElementById(id);
let chosen = null, shown = '', pressed = null;
const keyOf = chat => chat.id + '/' + (chat.bot_id ?? '');
function made(name, kind, text) {
  const node = document.createElement(name);
  node.className = kind;
  node.textContent = text ?? '';
  return node;
}
function textOf(message) {
  const box = made('div', 'text'), text = message.text, cuts = new Set([0, text.length]);
  for (const one of message.entities) cuts.add(one.offset).add(one.offset + one.length);
  const places = [...cuts].sort((a, b) => a - b);
  places.slice(0, -1).forEach((start, index) => {
    const end = places[index + 1];
    const kinds = message.entities.filter(one => one.offset <= start &&
      end <= one.offset + one.length).map(one => one.type);
    box.append(made('span', kinds.join(' '), text.slice(start, end)));
  });
  return box;
}
async function press(chat, message, button) {
  const body = { chat_id: chat.id, user_id: Number(by('who').value), message_id: message.id,
    data: button.callback_data };
  if (chat.bot_id) body.bot_id = chat.bot_id;
  const answer = await fetch('control/press', { method: 'POST', body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' } });
  const said = await answer.json();
  pressed = said.id ?? null;
  by('answer').textContent = said.error ?? '';
  await refresh();
}
function rowOf(chat, message, row) {
  const box = made('div', 'row');
  for (const button of row) {
    const node = made('button', '', button.text);
    if (button.callback_data) node.onclick = () => press(chat, message, button);
    else node.title = button.url;
    box.append(node);
  }
  return box;
}
function articleOf(chat, message) {
  const box = made('article', ''), time = new Date(message.date * 1000).toLocaleTimeString();
  const topic = chat.topics[message.topic_id], edited = message.edit_date ? 'edited' : '';
  box.append(made('header', '',
    [message.from, topic, time, edited].filter(Boolean).join(' \\u00b7 ')));
  const replied = chat.messages.find(one => one.id === message.reply_to);
  if (replied) box.append(made('div', 'reply', '\\u21b3 ' + replied.text.slice(0, 80)));
  if (message.service) box.append(made('div', 'service', message.service));
  if (message.file) box.append(made('div', 'reply', message.file));
  if (message.text) box.append(textOf(message));
  for (const row of message.buttons) box.append(rowOf(chat, message, row));
  return box;
}
function choose(chat) {
  chosen = keyOf(chat);
  shown = by('answer').textContent = '';
  pressed = null;
  refresh();
}
function show(state) {
  const who = by('who'), before = who.value;
  who.replaceChildren(...state.users.map(one => new Option(one.name, one.id)));
  if (before) who.value = before;
  chosen ??= state.chats.length ? keyOf(state.chats[0]) : null;
  by('chats').replaceChildren(...state.chats.map(chat => {
    const node = made('button', '', chat.title);
    node.setAttribute('aria-current', keyOf(chat) === chosen);
    node.onclick = () => choose(chat);
    return node;
  }));
  const chat = state.chats.find(one => keyOf(one) === chosen);
  by('messages').replaceChildren(...(chat?.messages ?? []).map(one => articleOf(chat, one)));
}
async function refresh() {
  const state = await (await fetch('control/state')).json();
  if (pressed && state.answers[pressed]) by('answer').textContent = state.answers[pressed].text;
  const { now, ...rest } = state, text = JSON.stringify(rest);
  if (text === shown) return;
  shown = text;
  show(state);
}
refresh();
setInterval(refresh, REFRESH_MS);
"""


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_hash(STYLE)}'; script-src 'sha256-{_hash(SCRIPT)}'; "
    "connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
)
PAGE: Final = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated Telegram</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
</head>
<body>
<nav><h1>Simulated Telegram</h1><label for="who">Buttons are pressed by</label>
<select id="who"></select><div id="chats"></div></nav>
<main id="messages"></main><div id="answer" role="status"></div>
<script>{SCRIPT}</script>
</body>
</html>
"""
