"""What the alerts domain needs: its repositories, and the agents that answer."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.agents.model import Answer, Reply
from mara.alerts.model.alert import Alert, AlertHistory, AlertSource, Episode, RecordedSignal
from mara.alerts.model.alert_message import AlertMessage, AlertTarget, ShownContent
from mara.alerts.model.alert_overview import PostResult
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.delivery import StoredDelivery
from mara.alerts.model.intake import Intake
from mara.alerts.model.missed_post import MissedPost
from mara.alerts.model.severity import Severity
from mara.alerts.model.summary import ChatPlace, ListedPosts
from mara.alerts.model.vote import PostVote, VoteCounts
from mara.kernel.page import PageRequest
from mara.kernel.time_budget import TimeBudget
from mara.telegram.model.bot_config import BotLanguage


class Intakes(Protocol):
    """The repository of intakes."""

    def add(self, intake: Intake) -> None:
        """Insert an intake."""

    def get(self, owner_id: UUID, intake_id: UUID) -> Intake:
        """Return the intake. Raises IntakeNotFound."""

    def lock(self, owner_id: UUID, intake_id: UUID) -> Intake:
        """Return it, locked until the transaction ends. Raises IntakeNotFound."""

    def find(self, intake_id: UUID) -> Intake | None:
        """Return an intake of any account, in the scope of the system; None without one."""

    def save(self, intake: Intake) -> None:
        """Update the settings and the secrets."""

    def count_accepted(self, owner_id: UUID, intake_id: UUID, at: datetime) -> None:
        """Count a delivery that was stored."""

    def count_refused(self, intake_id: UUID, at: datetime, code: str) -> None:
        """Count a delivery that was refused; no effect without such an intake."""

    def list(self, owner_id: UUID, page: PageRequest) -> list[Intake]:
        """Return a page, and one more than its limit if there are more. Raises InvalidCursor."""

    def count(self, owner_id: UUID) -> int:
        """Return how many intakes the owner has."""

    def delete(self, owner_id: UUID, intake_id: UUID) -> None:
        """Delete the intake with its deliveries; its alerts stay. Raises IntakeNotFound."""


class AlertDeliveries(Protocol):
    """The repository of deliveries."""

    def add(self, delivery: StoredDelivery) -> None:
        """Insert a delivery."""

    def find_same(self, delivery: StoredDelivery, since: datetime) -> StoredDelivery | None:
        """Return the one with the same key; without a key, the one since then with its body."""

    def list(self, owner_id: UUID, intake_id: UUID, page: PageRequest) -> list[StoredDelivery]:
        """Return a page, and one more than its limit if there are more. Raises InvalidCursor."""

    def count(self, owner_id: UUID, intake_id: UUID) -> int:
        """Return how many deliveries of the intake are kept."""


class Alerts(Protocol):
    """The repository of alerts with their episodes and signals."""

    def of_source(
        self, owner_id: UUID, source: AlertSource, fingerprints: Collection[str]
    ) -> Sequence[Alert]:
        """Return the alerts with these fingerprints, locked until the transaction ends."""

    def open_episodes(self, owner_id: UUID, alert_ids: Collection[UUID]) -> Sequence[Episode]:
        """Return the open episodes of these alerts."""

    def save(
        self,
        alerts: Collection[Alert],
        episodes: Collection[Episode],
        signals: Collection[RecordedSignal],
    ) -> None:
        """Insert or update alerts and episodes, and insert signals."""

    def move_open(self, owner_id: UUID, post_id: UUID, new_post_id: UUID) -> None:
        """Let the open episodes of a post belong to another one."""

    def stale(self, before: datetime, limit: int) -> Sequence[Alert]:
        """Return alerts that fire, without a signal since ``before``; locks all that are free."""

    def list(self, owner_id: UUID, page: PageRequest) -> list[Alert]:
        """Return a page, and one more than its limit if there are more.

        The filters are ``status``, ``severity``, ``kind`` and ``source`` (of what it came in by),
        ``config`` (the bot of its rule), ``text``, ``since`` and ``until`` (of the last signal).
        Raises InvalidCursor.
        """

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of alerts that the filters of ``page`` admit."""

    def history(self, owner_id: UUID, alert_id: UUID) -> AlertHistory:
        """Return an alert with its last episodes and signals. Raises AlertNotFound."""


class AlertPosts(Protocol):
    """The repository of posts."""

    def newest(
        self, owner_id: UUID, source: AlertSource, keys: Collection[str]
    ) -> Sequence[AlertPost]:
        """Return the newest post of each key that has one."""

    def add_all(self, posts: Sequence[AlertPost]) -> None:
        """Insert posts."""

    def of_episodes(self, owner_id: UUID, post_ids: Collection[UUID]) -> Sequence[AlertPost]:
        """Return these posts, the newest first."""

    def claim(self, owner_id: UUID, at: datetime, until: datetime) -> AlertPost | None:
        """Lease the most severe post that waits, of these the oldest, and count the try.

        None if none is to be tried at that time, or others have them.
        """

    def next_try(self, owner_id: UUID) -> datetime | None:
        """Return when the first of the posts that wait may be tried; None if none waits."""

    def asked_since(self, owner_id: UUID, since: datetime, *, tests: bool) -> int:
        """Return for how many posts (tests only, or all) an agent was asked since then."""

    def answered_since(self, post: AlertPost, version: int, since: datetime) -> AlertPost | None:
        """Return a post with the same question, whose agent's ``version`` answered it since then.

        It may be of another source of the same owner.
        """

    def save(self, post: AlertPost) -> None:
        """Update what became of the question."""

    def results(self, owner_id: UUID, alert_ids: Collection[UUID]) -> Mapping[UUID, PostResult]:
        """Return what became of the newest post of each alert that has one, by the alert's id."""

    def owners_waiting(self, at: datetime, limit: int) -> Sequence[UUID]:
        """Return owners with posts that may be tried at that time, in the scope of the system."""


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

    def vote(self, vote: PostVote) -> None:
        """Store a vote, in place of an earlier one of the same person."""

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

    def next_due(self, owner_id: UUID) -> datetime | None:
        """Return when the first one is due; None if none is."""

    def owners_due(self, at: datetime, limit: int) -> Sequence[UUID]:
        """Return owners with messages that are due, in the scope of the system."""

    def message_before(self, post: AlertPost) -> UUID | None:
        """Return the message of the last post before with this question; None without one."""

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


class AlertAnswering(Protocol):
    """Asks agents about alerts; each method opens transactions of its own."""

    def version_of(self, owner_id: UUID, agent_id: UUID) -> int:
        """Return the version that answers. Raises AgentNotFound."""

    def ask(self, post: AlertPost, answer_id: UUID, budget: TimeBudget) -> Answer:
        """Ask the post's agent, once for each ``answer_id``: what is stored is returned again.

        Raises as ``AnswerService.ask``, the refusals of the plan for alerts included, and
        ReservationEnded where an earlier try with this ``answer_id`` failed.
        """

    def ask_for_test(self, post: AlertPost, budget: TimeBudget) -> Reply:
        """Ask with quotes only, at no cost; nothing is stored. Raises as ``AnswerService.ask``."""


class AlertMetering(Protocol):
    """What alerts may use of their owner's plan. The id of the answer identifies a reservation."""

    def reserve(self, owner_id: UUID, answer_id: UUID) -> None:
        """Reserve one answered alert.

        Raises UsageLimitReached, InsufficientFunds, NotInPlan, ReservationEnded.
        """

    def settle(self, owner_id: UUID, answer_id: UUID, alerts: int) -> None:
        """Count what was used, in the caller's open transaction."""

    def release(self, owner_id: UUID, answer_id: UUID) -> None:
        """Give it back; no effect without a reservation."""
