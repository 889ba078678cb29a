"""Raw updates read by aiogram's types."""

import json
from typing import Any, Final

from aiogram.enums import ChatMemberStatus
from aiogram.types import (
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    Message,
    MessageEntity,
    MessageOriginChannel,
    Update,
    User,
)
from pydantic import ValidationError

from mara.kernel.text import mask
from mara.telegram.errors import UnreadableUpdate
from mara.telegram.model.bot_chat import ChatKind
from mara.telegram.model.incoming import (
    Incoming,
    IncomingChat,
    IncomingMessage,
    Membership,
    Mention,
    Press,
    Replied,
    Sender,
    SenderKind,
    Skipped,
)

WITH_TEXT: Final = frozenset(
    {"text", "photo", "video", "document", "animation", "audio", "voice", "video_note", "sticker"}
    | {"paid_media", "story", "contact", "location", "venue", "poll", "dice", "game", "checklist"}
)
"""Kinds of content that people send; all others are service messages."""
PRESENT: Final = frozenset(
    {ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.MEMBER}
)


class AiogramUpdates:
    """Implements ``UpdateReader``."""

    def read(self, body: bytes) -> Incoming:
        """Return what the update says. Raises UnreadableUpdate."""
        try:
            update = Update.model_validate(_masked(json.loads(body)))
        except ValidationError as error:
            fields = ", ".join(sorted({_path(each["loc"]) for each in error.errors()})[:3])
            raise UnreadableUpdate(f"Telegram's types do not match: {fields}.") from None
        except (ValueError, RecursionError):
            raise UnreadableUpdate("The body is not the JSON of an update.") from None
        return _incoming(update)


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location[:4])


def _masked(value: Any) -> Any:
    """Parsed JSON with U+FFFD in place of what cannot be stored; lengths stay as they are."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [_masked(item) for item in value]
    if isinstance(value, dict):
        return {mask(key): _masked(item) for key, item in value.items()}
    return value


def _incoming(update: Update) -> Incoming:
    message = update.message or update.channel_post
    edited = update.edited_message or update.edited_channel_post
    if message is not None:
        return _message(message, is_edit=False)
    if edited is not None:
        return _message(edited, is_edit=True)
    if update.callback_query is not None:
        return _press(update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    return Skipped()


def _message(message: Message, *, is_edit: bool) -> IncomingMessage:
    text = message.text or message.caption or ""
    is_topic = bool(message.is_topic_message)
    origin_chat_id, origin_message_id = _origin(message)
    return IncomingMessage(
        chat=_chat(message.chat),
        message_id=message.message_id,
        sender=_sender(message),
        text=text,
        thread_id=message.message_thread_id if is_topic else None,
        mentions=_mentions(text, message.entities or message.caption_entities or []),
        replied=_replied(message),
        is_edit=is_edit,
        is_service=message.content_type not in WITH_TEXT,
        is_caption=not message.text and bool(message.caption),
        origin_chat_id=origin_chat_id,
        origin_message_id=origin_message_id,
        moved_to=message.migrate_to_chat_id,
        moved_from=message.migrate_from_chat_id,
    )


def _replied(message: Message) -> Replied | None:
    # In a topic, a message that replies to nothing refers to the message that opened the topic.
    replied = message.reply_to_message
    if replied is None or replied.forum_topic_created is not None:
        return None
    sender = _sender(replied)
    return Replied(sender.id if sender else None, replied.text or replied.caption or "")


def _origin(message: Message) -> tuple[int | None, int | None]:
    if not message.is_automatic_forward:
        return None, None
    origin = message.forward_origin
    if isinstance(origin, MessageOriginChannel):
        return origin.chat.id, origin.message_id
    return message.sender_chat.id if message.sender_chat else None, None


def _sender(message: Message) -> Sender | None:
    # `from` is then a bot of Telegram's own that stands in for the chat.
    if message.sender_chat is not None:
        chat = message.sender_chat
        return Sender(chat.id, SenderKind.CHAT, chat.title or "")
    return _user(message.from_user) if message.from_user else None


def _user(user: User) -> Sender:
    kind = SenderKind.BOT if user.is_bot else SenderKind.PERSON
    return Sender(user.id, kind, user.full_name, user.language_code or "")


def _chat(chat: Chat) -> IncomingChat:
    return IncomingChat(chat.id, ChatKind(chat.type), chat.title or chat.full_name or "")


def _mentions(text: str, entities: list[MessageEntity]) -> tuple[Mention, ...]:
    found = []
    for entity in entities:
        start = _characters(text, entity.offset)
        end = _characters(text, entity.offset + entity.length)
        if entity.type == "mention":
            found.append(Mention(start, end, username=text[start:end].removeprefix("@")))
        elif entity.type == "text_mention" and entity.user is not None:
            found.append(Mention(start, end, entity.user.username, entity.user.id))
    return tuple(found)


def _characters(text: str, units: int) -> int:
    """How many characters the first UTF-16 code units of the text are."""
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore"))


def _press(query: CallbackQuery) -> Press:
    message = query.message
    return Press(
        press_id=query.id,
        sender=_user(query.from_user),
        data=query.data or "",
        chat_id=message.chat.id if message else None,
        message_id=message.message_id if message else None,
    )


def _membership(change: ChatMemberUpdated) -> Membership:
    return Membership(
        chat=_chat(change.chat),
        by=_user(change.from_user),
        was_member=_is_present(change.old_chat_member),
        is_member=_is_present(change.new_chat_member),
        at=change.date,
    )


def _is_present(member: Any) -> bool:
    """A restricted member may have left: its field ``is_member`` says so."""
    return member.status in PRESENT or bool(getattr(member, "is_member", False))
