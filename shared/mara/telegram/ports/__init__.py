"""Ports of the telegram domain."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.kernel.messages import Message
from mara.kernel.page import PageRequest
from mara.telegram.model.bot_config import BotConfig, BotProfile
from mara.telegram.model.update import ClaimedUpdate, DeadUpdate, FailedUpdate, Lane


class BotConfigs(Protocol):
    """The connected bots. One bot is connected at most once on the platform."""

    def add(self, config: BotConfig) -> bool:
        """Insert the bot; return False where any account has connected it already.

        Waits for a concurrent transaction that connects the same bot.
        """

    def get(self, owner_id: UUID, config_id: UUID) -> BotConfig:
        """Return the owner's bot. Raises BotConfigNotFound."""

    def lock(self, owner_id: UUID, config_id: UUID) -> BotConfig:
        """Return it, locked until the transaction ends. Raises BotConfigNotFound."""

    def lock_whole(self, owner_id: UUID, config_id: UUID) -> BotConfig:
        """Return it, locked with its lanes, chats and messages. Raises BotConfigNotFound."""

    def find(self, config_id: UUID) -> BotConfig | None:
        """Return a bot of any account, in the scope of the system; None without one."""

    def take_unchecked(self, before: datetime, now: datetime) -> BotConfig | None:
        """Return a bot that was checked last at ``before`` or earlier, and mark it as checked.

        The one that waits longest, in the scope of the system; those with a revoked token are left
        out. No two transactions take the same.
        """

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[BotConfig]:
        """Return a page of the owner's bots, and one more if there are more."""

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of the owner's bots that the filters of ``page`` admit."""

    def save(self, config: BotConfig) -> None:
        """Update all columns that may change."""

    def disconnect(self, config: BotConfig, at: datetime) -> None:
        """Forget the bot and its token reference; its id is remembered for the answer 410."""

    def was_disconnected(self, config_id: UUID, since: datetime) -> bool:
        """Whether a bot with this id, of any account, was disconnected after ``since``."""

    def forget_disconnected(self, before: datetime) -> int:
        """Delete what is remembered of bots that were disconnected before a time; their number."""


class Updates(Protocol):
    """Claimed updates of bots in their lanes, and the leases of the lanes.

    A worker that loses its lease must not store what it did: it calls ``hold`` first in each
    transaction that handles an update.
    """

    def claim(self, update: ClaimedUpdate, message: Message | None = None) -> bool:
        """Store an update, and publish the message that announces it.

        Return False where the bot has claimed its id already; then nothing is published.
        """

    def lease(self, lane: Lane, holder: UUID, *, now: datetime, until: datetime) -> bool:
        """Lease the lane, or renew its lease; return False where another holder has it.

        Waits for a transaction that frees the lane.
        """

    def hold(self, lane: Lane, holder: UUID) -> bool:
        """Lock the lane until the transaction ends; False where another holder leased it."""

    def next(self, lane: Lane) -> ClaimedUpdate | None:
        """Return the oldest waiting update of the lane, whether it is due or not."""

    def is_newest_membership(self, lane: Lane, at: datetime) -> bool:
        """Remember the time of a membership; return False where a later one is remembered."""

    def handled(self, update: ClaimedUpdate) -> None:
        """Mark the update as handled, and delete its body."""

    def failed(self, failed: FailedUpdate) -> None:
        """Store a failure: the time of the next try, or the death of the update."""

    def release(self, lane: Lane, holder: UUID) -> bool:
        """Free the lane; return whether updates wait that came meanwhile or are not due.

        The lane is freed before it is looked at: an update that is claimed after the look is
        committed later, and its doorbell waits for this transaction.
        """

    def list_idle(self, now: datetime, *, limit: int) -> Sequence[Lane]:
        """Return lanes with due updates that no one has leased, the longest waiting first."""

    def list_dead(self, config_id: UUID, *, limit: int) -> Sequence[DeadUpdate]:
        """Return the bot's dead updates, the oldest first."""

    def redrive(self, config_id: UUID, update_ids: Collection[int] | None) -> Sequence[Lane]:
        """Let dead updates wait again, by default all; return the lane of each.

        They are handled before what came to their lane after them.
        """

    def forget(self, *, handled_before: datetime, dead_before: datetime) -> int:
        """Delete handled and dead updates that were received before these times; their number."""

    def forget_lanes(self) -> int:
        """Delete lanes of which no update is kept; their number."""

    def restore_lanes(self) -> int:
        """Add lanes that were forgotten while an update was claimed; their number."""


class BotLevel(Protocol):
    """The number of bots of a user; each method stands in the caller's transaction."""

    def take(self, owner_id: UUID) -> None:
        """Count a new bot. Raises UsageLimitReached; then roll back."""

    def give(self, owner_id: UUID) -> None:
        """Count a bot that is disconnected."""


class BotApi(Protocol):
    """The methods of the Bot API that connect a bot.

    All raise InvalidBotToken where Telegram does not know the token, and TelegramUnavailable.
    """

    def get_me(self, token: bytearray) -> BotProfile:
        """Return the account of the bot."""

    def get_webhook_url(self, token: bytearray) -> str:
        """Return the address that receives the bot's updates; empty where none is set."""

    def set_webhook(
        self, token: bytearray, url: str, secret: str, *, drop_pending_updates: bool
    ) -> None:
        """Let Telegram send updates to ``url``, each with ``secret`` in its header.

        Raises WebhookRefused.
        """

    def delete_webhook(self, token: bytearray) -> None:
        """Let Telegram send no more updates."""
