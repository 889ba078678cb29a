"""What the alerts domain needs: its repositories, and the agents that answer."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.agents.model import Answer, Reply
from mara.alerts.model.alert import Alert, AlertHistory, AlertSource, Episode, RecordedSignal
from mara.alerts.model.alert_overview import PostResult
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.delivery import StoredDelivery
from mara.alerts.model.intake import Intake
from mara.kernel.page import PageRequest
from mara.kernel.time_budget import TimeBudget


class Intakes(Protocol):
    """The repository of intakes."""

    def add(self, intake: Intake) -> None:
        """Insert an intake."""

    def get(self, owner_id: UUID, intake_id: UUID) -> Intake:
        """Return the intake. Raises IntakeNotFound."""

    def lock(self, owner_id: UUID, intake_id: UUID) -> Intake:
        """Return it, locked until the transaction ends. Raises IntakeNotFound."""

    def find(self, intake_id: UUID) -> Intake | None:
        """Return an intake of any active account, in the scope of the system; None without one."""

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
        """Return the one with the same key; without a key, the one since then with its body.

        A body is that of another delivery once a later one was about one of its alerts.
        """

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
        """Let the open episodes of a post belong to another one; their alerts are locked."""

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

        None if none is to be tried at that time, or others have them. A question whose answer
        another worker is about to get waits for it, and where an owner has ASKED_AT_ONCE_MAX on
        lease, all wait: who gives a lease back looks for the next. Call it under a lock.
        """

    def next_try(self, owner_id: UUID, at: datetime) -> datetime | None:
        """Return when the next of the posts that wait may be tried after ``at``; None if none is.

        What may be tried at ``at`` already is left out: others have it, or it waits for them.
        """

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
