"""Where posts are shown: the repositories of messages, of what chats missed, and owners' chats."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.alerts.model.alert import Alert
from mara.alerts.model.alert_message import AlertMessage, AlertTarget, ShownContent
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.missed_post import MissedPost
from mara.alerts.model.severity import Severity
from mara.alerts.model.summary import ChatPlace, ListedPosts
from mara.alerts.model.vote import PostVote, VoteCounts
from mara.telegram.model.bot_config import BotLanguage


class AlertMessages(Protocol):
    """The repository of messages of posts, for those that have a target."""

    def add_all(self, messages: Collection[AlertMessage]) -> None:
        """Insert messages that are to be shown."""

    def changed(self, owner_id: UUID, post_ids: Collection[UUID], at: datetime) -> int:
        """Let those that are shown be edited; return how many are."""

    def settled(self, owner_id: UUID, post_id: UUID, at: datetime) -> bool:
        """Let the answer be shown; return whether the post has a message with a place for it."""

    def claim(self, owner_id: UUID, at: datetime) -> AlertMessage | None:
        """Return the most severe one that is due, of these the oldest, locked; None without one.

        Those that another transaction has locked are left out.
        """

    def find(self, owner_id: UUID, post_id: UUID) -> AlertMessage | None:
        """Return the message of a post; None without one."""

    def lock(self, owner_id: UUID, post_id: UUID) -> AlertMessage | None:
        """Return it, locked until the transaction ends; None without one."""

    def vote(self, vote: PostVote, *, instead_of: Collection[int] = ()) -> None:
        """Store a vote, in place of an earlier one of the same person or of those named."""

    def last_vote(self, owner_id: UUID, post_id: UUID) -> bool | None:
        """Return whether it helped, as the last who voted says; None without votes."""

    def votes(self, owner_id: UUID, post_id: UUID) -> VoteCounts:
        """Count the votes on a post."""

    def save(self, message: AlertMessage) -> None:
        """Update where and what is shown, and when next."""

    def lost(self, owner_id: UUID, message_ids: Collection[UUID], at: datetime) -> Collection[UUID]:
        """Let the posts that outgoing messages show go another way; return which showed any."""

    def lock_copied(self, owner_id: UUID, message_ids: Collection[UUID]) -> Sequence[AlertMessage]:
        """Return the posts of which these outgoing messages are copies that people passed on.

        They are locked, and so are those that the messages show, in the order of their ids.
        """

    def take_bell(self, owner_id: UUID, at: datetime, until: datetime) -> datetime | None:
        """Return for when the caller is to ring for the first one that is due ``until`` then.

        None if none is, or somebody rang for that message and time already: a doorbell rings once.
        For what is due at ``at`` it rings again, as the doorbell may have come too early. One that
        is lost is repeated by the schedule, which asks ``owners_due``.
        """

    def owners_due(self, at: datetime, limit: int) -> Sequence[UUID]:
        """Return owners with messages that are due, in the scope of the system."""

    def message_before(self, post: AlertPost) -> UUID | None:
        """Return the message of the last post before with this question; None without one."""

    def left_out(self, post: AlertPost) -> int:
        """Count the alerts with the post's name that the last delivery of its alerts left out."""

    def alerts_of(self, owner_id: UUID, post_id: UUID) -> Sequence[tuple[Alert, bool]]:
        """Return the alerts of a post, and whether each still fires in it."""


class Summaries(Protocol):
    """Messages that several posts of an owner share, each as a line."""

    def on_the_way(self, place: ChatPlace, severity: Severity) -> int:
        """Count the posts with messages of their own that wait to be sent to the chat.

        Those that are less severe are not counted.
        """

    def due_in(
        self, place: ChatPlace, shown: ShownContent, at: datetime
    ) -> Sequence[tuple[AlertMessage, Severity]]:
        """Return messages that are due in this state, locked, up to a limit.

        Those that another transaction has locked are left out.
        """

    def latest(self, place: ChatPlace, shown: ShownContent, since: datetime) -> UUID | None:
        """Return the last summary of this kind whose first post came since then."""

    def put(
        self, place: ChatPlace, post_ids: Collection[UUID], shown: ShownContent, message_id: UUID
    ) -> None:
        """Let the message show these posts, up to date."""

    def listed(self, owner_id: UUID, message_id: UUID) -> Sequence[ListedPosts]:
        """Return what the message lists, the most severe first; none of it is due any more."""


class MissedPosts(Protocol):
    """The repository of posts that chats did not get."""

    def add(self, missed: MissedPost) -> None:
        """Remember that a chat did not get a post; once for each post and chat."""

    def take(self, owner_id: UUID, config_id: UUID, chat_id: int) -> Sequence[MissedPost]:
        """Return what a chat missed, and forget it; of two at once, one gets it."""

    def listed(self, owner_id: UUID, post_ids: Collection[UUID]) -> Sequence[ListedPosts]:
        """Return these posts as a summary lists them, the most severe first."""

    def forget(self, before: datetime) -> int:
        """Forget what was missed before a time, of all owners; return how many."""


class OwnerChats(Protocol):
    """The private chats of owners with their bots."""

    def find(
        self, owner_id: UUID, config_id: UUID, *, but: UUID | None = None
    ) -> AlertTarget | None:
        """Return the owner's chat with this bot, else with another one; None without any.

        The bot ``but`` is left out.
        """

    def find_platform(self, owner_id: UUID) -> tuple[AlertTarget, BotLanguage] | None:
        """Return the owner's chat with the platform's bot, and the language of the account.

        None where no Telegram account is linked, or it has blocked the bot.
        """

    def telegram_ids(self, owner_id: UUID) -> Collection[int]:
        """Return the Telegram accounts that are linked as the owner's."""

    def is_served(self, owner_id: UUID) -> bool:
        """Whether the owner's account is active."""
