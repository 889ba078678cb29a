"""Methods that send: messages, files and the sign that the bot is busy."""

import hashlib
from typing import Final

from infra.local.simulators.telegram.access import check_may_write, check_topic, find_chat
from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.errors import bad_request
from infra.local.simulators.telegram.methods.keyboards import buttons_of
from infra.local.simulators.telegram.model import Chat, ChatType, Json, Message
from infra.local.simulators.telegram.parameters import Parameters, Upload
from infra.local.simulators.telegram.people import thread_of
from infra.local.simulators.telegram.text import CAPTION_MAX, TEXT_MAX, formatted, units
from infra.local.simulators.telegram.views import of_message
from infra.local.simulators.telegram.world import World

ACTIONS: Final = frozenset(
    {
        *("typing", "upload_photo", "record_video", "upload_video", "record_voice"),
        *("upload_voice", "upload_document", "choose_sticker", "find_location"),
        *("record_video_note", "upload_video_note"),
    }
)
FILE_MAX: Final = 50_000_000
"""Bytes (https://core.telegram.org/bots/api#senddocument)."""


def send_message(world: World, bot: Bot, asked: Parameters) -> Json:
    """https://core.telegram.org/bots/api#sendmessage. Raises ApiError."""
    chat, draft = _draft(world, bot, asked)
    draft.text, draft.entities = text_of(asked, "text", "entities")
    if not draft.text:
        raise bad_request("message text is empty")
    if units(draft.text) > TEXT_MAX:
        raise bad_request("message is too long")
    return _send(world, bot, chat, draft)


def send_document(world: World, bot: Bot, asked: Parameters) -> Json:
    """https://core.telegram.org/bots/api#senddocument; files of an URL are refused.

    Raises ApiError.
    """
    chat, draft = _draft(world, bot, asked)
    draft.text, draft.entities = text_of(asked, "caption", "caption_entities")
    if units(draft.text) > CAPTION_MAX:
        raise bad_request("message caption is too long")
    file = asked.upload("document")
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if not file.content:
        raise bad_request("file must be non-empty")
    if len(file.content) > FILE_MAX:
        raise bad_request("file is too big")
    draft.document, draft.content = _document(file), file.content
    return _send(world, bot, chat, draft)


def send_chat_action(world: World, bot: Bot, asked: Parameters) -> bool:
    """https://core.telegram.org/bots/api#sendchataction. Raises ApiError."""
    chat = find_chat(world, bot, asked.chat())
    check_may_write(chat, bot)
    if asked.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


def text_of(asked: Parameters, text: str, entities: str) -> tuple[str, list[Json]]:
    """The text and the entities of a request. Raises ApiError."""
    if asked.text("parse_mode"):
        raise bad_request("unsupported parse_mode")
    return formatted(asked.text(text), asked.parsed(entities, list))


def _draft(world: World, bot: Bot, asked: Parameters) -> tuple[Chat, Message]:
    """The chat, and a message that has everything but its content. Raises ApiError."""
    chat = find_chat(world, bot, asked.chat())
    check_may_write(chat, bot)
    reply_to = _reply_of(chat, asked)
    topic_id = asked.number("message_thread_id")
    if topic_id is not None:
        check_topic(chat, bot, topic_id)
    thread_id, is_topic_message = thread_of(chat, reply_to, topic_id)
    if chat.is_forum:
        check_topic(chat, bot, thread_id if is_topic_message else None)
    in_channel = chat.type is ChatType.CHANNEL
    draft = Message(
        id=chat.next_message_id,
        date=world.date(),
        author=None if in_channel else bot.user,
        sender_chat=chat if in_channel else None,
        buttons=buttons_of(asked),
        reply_to=reply_to,
        thread_id=thread_id,
        is_topic_message=is_topic_message,
        bot_id=bot.id,
    )
    return chat, draft


def _send(world: World, bot: Bot, chat: Chat, draft: Message) -> Json:
    world.budgets.spend(bot.id, chat, world.now())
    return of_message(chat, world.post(chat, draft))


def _reply_of(chat: Chat, asked: Parameters) -> int | None:
    """https://core.telegram.org/bots/api#replyparameters. Raises ApiError."""
    wanted = asked.parsed("reply_parameters", dict)
    number = wanted.get("message_id") or asked.number("reply_to_message_id")
    if number is None or number in chat.messages:
        return number
    without = asked.flag("allow_sending_without_reply")
    if wanted.get("allow_sending_without_reply") or without:
        return None
    raise bad_request("message to be replied not found")


def _document(file: Upload) -> Json:
    """https://core.telegram.org/bots/api#document."""
    unique = hashlib.sha256(file.content).hexdigest()
    return {
        "file_id": f"BQAC{unique[:48]}",
        "file_unique_id": unique[:16],
        "file_name": file.name,
        "mime_type": file.media_type or "application/octet-stream",
        "file_size": len(file.content),
    }
