"""Ports for messages that wait to be sent, and for the bots' senders with their budgets."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.telegram.model.outgoing import OutgoingMessage
from mara.telegram.model.pace import BotPace, ChatPace
from mara.telegram.model.sending_plan import NextOfChat


class OutgoingMessages(Protocol):
    """Messages on their way to chats."""

    def add(self, message: OutgoingMessage) -> None:
        """Store a message; an edit replaces those of the same message that wait."""

    def get(self, owner_id: UUID, message_id: UUID) -> OutgoingMessage | None:
        """Return the message, None where it is unknown or was forgotten."""

    def list_next(self, config_id: UUID, now: datetime) -> Sequence[NextOfChat]:
        """Return the next message and the next edit of each chat, by priority, then by age.

        What is due later is left out, but a message that was begun holds its chat: it is returned
        before its next try is due. So are edits of messages that are not sent yet, or were edited
        less than ``EDIT_EVERY`` ago.
        """

    def next_due(self, config_id: UUID, now: datetime) -> datetime | None:
        """Return when the next of those becomes due that ``list_next`` leaves out."""

    def save(self, after: OutgoingMessage, before: OutgoingMessage) -> bool:
        """Store what changed since ``before``; False where another sender changed it meanwhile.

        An edit that waits again is replaced by a newer one that waits.
        """

    def edited(self, message_id: UUID, now: datetime) -> None:
        """Remember when a message was edited."""

    def sent_instead(self, message_id: UUID, telegram_ids: tuple[int, ...]) -> bool:
        """Let later edits of the message go to other messages of Telegram; none: send them.

        Return False where the message is unknown.
        """

    def move(self, config_id: UUID, old_chat_id: int, new_chat_id: int) -> None:
        """Send what waits for a chat to another one: its group became a supergroup."""

    def fail_chat(self, config_id: UUID, chat_id: int, reason: str) -> Sequence[OutgoingMessage]:
        """Give up what waits for a chat, and return it."""

    def forget_paces(self, before: datetime) -> int:
        """Delete what chats got last before a time, unless something waits for them; how many."""

    def fail_revoked(self, due_before: datetime, reason: str) -> Sequence[OutgoingMessage]:
        """Give up what was due before a time at bots that send nothing, and return it.

        Their token is revoked, or their account deactivated.
        """


class BotSenders(Protocol):
    """The one sender of each bot, and what its chats got lately.

    A bot has a sender as soon as a message was added for it.
    """

    def lease(self, config_id: UUID, holder: UUID, *, now: datetime, until: datetime) -> bool:
        """Lease the sender, or renew the lease; return False where another holder has it.

        Waits for a transaction that frees the sender.
        """

    def lock(self, config_id: UUID) -> None:
        """Let no sender of the bot take messages until the transaction ends."""

    def release(self, config_id: UUID, holder: UUID) -> None:
        """Free the sender. What waits is looked at later in the same transaction.

        A message that is committed after the look rings after it, and finds the sender free.
        """

    def pace(self, config_id: UUID, now: datetime) -> BotPace:
        """Return what the bot sent in the last second, and the waits of its chats."""

    def chat_paces(self, config_id: UUID, chat_ids: Collection[int]) -> Mapping[int, ChatPace]:
        """Return what these chats got in the last minute, each of them."""

    def save_pace(self, config_id: UUID, pace: BotPace) -> None:
        """Store what the bot sent; the waits are those of the chats."""

    def save_chat_pace(self, config_id: UUID, chat_id: int, pace: ChatPace) -> None:
        """Store what a chat got."""

    def list_idle(self, now: datetime, *, limit: int) -> Sequence[tuple[UUID, UUID]]:
        """Return bots with due messages and no sender at work: the ids of config and owner.

        Those with a revoked token are left out.
        """
