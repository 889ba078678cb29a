"""Reads messages of chats as rules see them, and makes signals of those that a rule fires on."""

from mara.alerts.model.masking import fingerprint_of_text
from mara.alerts.model.rule import ChatRule
from mara.alerts.model.rule_kinds import ContentKind, RuleSender
from mara.alerts.model.signal import Signal
from mara.alerts.model.watched_message import WatchedMessage
from mara.telegram.model.bot_chat import ChatKind
from mara.telegram.model.incoming import IncomingMessage, Sender, SenderKind


def watched(message: IncomingMessage) -> WatchedMessage | None:
    """Return what rules see of a message; None for service messages and those without a text."""
    if message.is_service or not message.text.strip():
        return None
    chat = message.chat
    is_copy = message.origin_chat_id is not None and message.origin_message_id is not None
    is_post = chat.kind is ChatKind.CHANNEL or message.origin_chat_id is not None
    is_kind = {
        ContentKind.TEXT: not message.is_caption,
        ContentKind.CAPTIONS: message.is_caption,
        ContentKind.EDITS: message.is_edit,
        ContentKind.CHANNEL_POSTS: is_post,
        ContentKind.TOPICS: message.thread_id is not None,
    }
    origin_chat = message.origin_chat_id if is_copy else chat.id
    origin_message = message.origin_message_id if is_copy else message.message_id
    return WatchedMessage(
        chat_id=chat.id,
        message_id=message.message_id,
        thread_id=message.thread_id,
        origin=(origin_chat or 0, origin_message or 0),
        kinds=frozenset(kind for kind, holds in is_kind.items() if holds),
        sender=_sender(message.sender, chat.id, is_post=is_post),
        text=message.text,
    )


def _sender(sender: Sender | None, chat_id: int, *, is_post: bool) -> RuleSender:
    if is_post or sender is None:
        return RuleSender.CHANNELS
    if sender.kind is SenderKind.BOT:
        return RuleSender.BOTS
    if sender.kind is SenderKind.CHAT and sender.id != chat_id:
        return RuleSender.CHANNELS
    # An administrator who hides the name writes in the name of the group itself.
    return RuleSender.PEOPLE


def signal_of(rule: ChatRule, message: WatchedMessage) -> Signal:
    """Return the signal of a message: texts that differ in values only are one alert.

    Where alerts are posted to the chat of their message, each chat and topic has its own.
    """
    target = rule.settings.target_of(message.chat_id, message.thread_id)
    scope = "" if rule.settings.target_chat_id else f"{target.chat_id}/{target.thread_id or 0}"
    fingerprint = fingerprint_of_text(message.text)
    return Signal(
        name=rule.settings.name,
        fingerprint=f"{fingerprint}:{scope}" if scope else fingerprint,
        is_firing=True,
        severity=rule.settings.severity,
        summary=message.text,
        labels={"chat_id": str(message.chat_id), "message_id": str(message.message_id)},
        question=message.text,
        scope=scope,
        is_unique=True,
    )
