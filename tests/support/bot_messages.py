"""Messages to bots, as the domain has them and as Telegram sends them."""

import json
from dataclasses import replace
from typing import Any

from mara.telegram.model.bot_chat import ChatKind
from mara.telegram.model.bot_config import BotProfile
from mara.telegram.model.incoming import (
    IncomingChat,
    IncomingMessage,
    Mention,
    Replied,
    Sender,
    SenderKind,
)

BOT = BotProfile(7001, "runbook_bot", reads_all_group_messages=False)
ANN = Sender(11, SenderKind.PERSON, "Ann", "en")
OTHER_BOT = Sender(12, SenderKind.BOT, "Other")
PRIVATE = IncomingChat(11, ChatKind.PRIVATE, "Ann")
GROUP = IncomingChat(-1001, ChatKind.SUPERGROUP, "On call")


def make_message(text: str = "Disk?", **parts: Any) -> IncomingMessage:
    """A message of Ann in her private chat, unless the parts say otherwise."""
    message = IncomingMessage(PRIVATE, 5, ANN, text)
    return replace(message, **parts)


def in_group(text: str, *, mentions: str | None = None, replies_to: int | None = None) -> Any:
    """A message of Ann in a group; it may name an account, or reply to one."""
    found: tuple[Mention, ...] = ()
    if mentions is not None:
        start = text.index(f"@{mentions}")
        found = (Mention(start, start + len(mentions) + 1, mentions),)
    replied = None if replies_to is None else Replied(replies_to, "What was said")
    return make_message(text, chat=GROUP, mentions=found, replied=replied)


def raw_message(text: str | None = "Disk?", update_id: int = 1, **parts: Any) -> bytes:
    """The body of an update with a message of Ann in private, as Telegram sends it."""
    message = {
        "message_id": 5,
        "date": 1_800_000_000,
        "chat": {"id": 11, "type": "private", "first_name": "Ann"},
        "from": {"id": 11, "is_bot": False, "first_name": "Ann", "language_code": "en"},
        **({} if text is None else {"text": text}),
        **parts,
    }
    return raw_update(update_id, message=message)


def raw_update(update_id: int = 1, **content: Any) -> bytes:
    """The body of an update with this content."""
    return json.dumps({"update_id": update_id, **content}).encode()
