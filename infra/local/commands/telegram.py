"""`mara telegram`: the chats of the simulated Telegram in a terminal."""

import argparse
import unicodedata
from datetime import datetime
from typing import Any

from infra.local.telegram_client import TelegramPeople, TelegramRefused

SHOWN_MAX = 20
"""Messages of a chat."""


def run(options: argparse.Namespace) -> int:
    """Say something, press a button, or show a chat. Raises TelegramRefused."""
    people = TelegramPeople()
    match options.action:
        case "say":
            _say(people, options)
        case "press":
            _press(people, options)
        case _ if options.chat:
            print(visible(text_of(people.chat(options.chat))))
        case _:
            print(visible("\n".join(chat["title"] for chat in people.state()["chats"])))
    return 0


def visible(text: str) -> str:
    """Return the text with control characters as escapes: a terminal would obey them."""
    return "".join(ascii(one)[1:-1] if _is_control(one) else one for one in text)


def text_of(chat: Any) -> str:
    """Return the last messages of a chat as text, with the labels of their buttons."""
    return "\n\n".join(_message(one) for one in chat["messages"][-SHOWN_MAX:])


def button_of(chat: Any, label: str, message_id: int | None = None) -> tuple[int, str]:
    """Return the message and the data of the newest button with this label.

    Raises TelegramRefused.
    """
    for message in reversed(chat["messages"]):
        for button in (button for row in message["buttons"] for button in row):
            if label in button["text"] and message_id in {None, message["id"]}:
                return message["id"], button.get("callback_data", "")
    raise TelegramRefused(f"No message of {chat['title']!r} has a button {label!r}.")


def _say(people: TelegramPeople, options: argparse.Namespace) -> None:
    chat, text = people.chat(_required(options, "chat")), _required(options, "text")
    where = _where(people, chat, options.person)
    people.act("say", **where, text=text, reply_to=options.message)


def _press(people: TelegramPeople, options: argparse.Namespace) -> None:
    chat, label = people.chat(_required(options, "chat")), _required(options, "text")
    message_id, data = button_of(chat, label, options.message)
    where = _where(people, chat, options.person)
    people.act("press", **where, message_id=message_id, data=data)


def _where(people: TelegramPeople, chat: Any, person: str | None) -> dict[str, Any]:
    """A chat, and who acts in it; a private chat has the id of its person."""
    who = chat["id"] if chat["bot_id"] else people.person(person)["id"]
    return {"chat_id": chat["id"], "bot_id": chat["bot_id"], "user_id": who}


def _required(options: argparse.Namespace, name: str) -> str:
    value = getattr(options, name)
    if not value:
        raise TelegramRefused(f"{options.action} needs the argument {name.upper()}.")
    try:
        str(value).encode()
    except UnicodeEncodeError:
        raise TelegramRefused(f"{name.upper()} is no text in UTF-8.") from None
    return str(value)


def _message(message: Any) -> str:
    at = f"{datetime.fromtimestamp(message['date']).astimezone():%H:%M:%S}"
    edited = ", edited" if message["edit_date"] else ""
    reply = f", replies to #{message['reply_to']}" if message["reply_to"] else ""
    lines = [f"#{message['id']} {message['from']} at {at}{edited}{reply}"]
    lines += [f"  {line}" for line in (message["text"] or message["service"]).splitlines()]
    lines += [f"  (file {message['file']})"] if message["file"] else []
    rows = [" ".join(f"[{button['text']}]" for button in row) for row in message["buttons"]]
    return "\n".join([*lines, *(f"  {row}" for row in rows)])


def _is_control(character: str) -> bool:
    """Whether it is no part of a text; those that join others are, in emoji and in words."""
    is_text = character in "\n\t\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
    return not is_text and unicodedata.category(character)[0] == "C"
