"""Asks agents what to do about the alerts that wait, and stores what they answer.

A refusal or failure of an agent is caught and stored with the alert: left to the queue, it would
hide the alert among the dead letters.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from mara.alerts.errors import AlertsWait, AskingGivenUp, TestAlertsUsedUp
from mara.alerts.messages import AnswerAlerts, PostAlerts
from mara.alerts.model.alert_post import (
    ANSWER_LASTS,
    ASK_WITHIN,
    ASKS_PER_MINUTE_MAX,
    LEASE,
    TEST_ANSWERS_MAX,
    TRIES_MAX,
    AlertPost,
    AskFailure,
    PostState,
)
from mara.alerts.ports import AlertAnswering, AlertPosts
from mara.alerts.ports.messages import AlertMessages
from mara.kernel.clock import Clock
from mara.kernel.correlation import following
from mara.kernel.count_lock import CountLock
from mara.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    LimitReached,
    PaymentRequired,
    Unavailable,
    code_of,
)
from mara.kernel.ids import new_id
from mara.kernel.messages import Publish, PublishAll
from mara.kernel.time_budget import TimeBudget
from mara.kernel.unit_of_work import SYSTEM, DatabaseUnavailable, UnitOfWork
from mara.metrics.model.families import POST_ENDS
from mara.metrics.service import recorder

WORKS_FOR: Final = timedelta(seconds=30)
"""After this time a worker begins no question more, and rings for the rest."""
TRIES_SOON: Final = timedelta(seconds=15)
"""A try that is due so soon is left to the queue, a later one to the schedule."""
OWNERS_AT_ONCE: Final = 1000
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
UNPAID: Final = "unpaid"
OF_THE_PLAN: Final = (PaymentRequired, Forbidden, LimitReached)
"""What the owner's plan, balance or limits do not allow: no fault of the platform."""


@dataclass(frozen=True, slots=True)
class AlertAnsweringService:
    """Answers the posts of one owner, the most severe first."""

    posts: AlertPosts
    messages: AlertMessages
    asking: AlertAnswering
    lock_count: CountLock
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def answer_waiting(self, owner_id: UUID) -> int:
        """Answer what may be asked now; return how many posts were worked on.

        Raises AlertsWait if another try is due soon, and what an agent failed with unexpectedly.
        """
        ends_at, worked = self.now() + WORKS_FOR, 0
        while self.now() < ends_at:
            post = self._claim(owner_id)
            if post is None:
                self._check_next(owner_id)
                return worked
            if post.state is PostState.WAITING:
                with following(post.correlation_id):
                    self._answer(post)
            worked += 1
        with self.unit_of_work(owner_id):
            self.publish(AnswerAlerts(owner_id=owner_id))
        return worked

    def _claim(self, owner_id: UUID) -> AlertPost | None:
        """The next post, leased or already without an answer; None if none may be asked now."""
        at = self.now()
        with self.unit_of_work(owner_id):
            # Parallel workers of an owner keep to one pace, and ask a question once.
            self.lock_count(owner_id, "alert_posts")
            if self.posts.asked_since(owner_id, at - MINUTE, tests=False) >= ASKS_PER_MINUTE_MAX:
                return None
            post = self.posts.claim(owner_id, at, at + LEASE)
            if post is None:
                return None
            claimed = replace(post, answer_id=post.answer_id or new_id(), asked_at=at)
            error = self._refusal(post)
            if error is not None:
                claimed = post.failed(failure_of(error), at)
            self._store(claimed)
        _count(claimed, error)
        return claimed

    def _refusal(self, post: AlertPost) -> DomainError | None:
        if post.tries > TRIES_MAX:
            return AskingGivenUp(f"{TRIES_MAX} tries ended without a result.")
        if post.is_test and self._tests_are_used_up(post.owner_id):
            return TestAlertsUsedUp(f"{TEST_ANSWERS_MAX} were answered within 24 hours.")
        return None

    def _tests_are_used_up(self, owner_id: UUID) -> bool:
        asked = self.posts.asked_since(owner_id, self.now() - DAY, tests=True)
        return asked >= TEST_ANSWERS_MAX

    def _answer(self, post: AlertPost) -> None:
        budget = TimeBudget(self.now, self.now() + ASK_WITHIN)
        try:
            self._save(self._asked(post, budget))
        except DatabaseUnavailable:
            raise  # as after a crash: the try after the lease finds the answer that may be stored
        except (Conflict, LimitReached, Unavailable) as error:
            self._save(post.failed_once(failure_of(error), self.now()), error)
        except DomainError as error:
            self._save(post.failed(failure_of(error), self.now()), error)
        except Exception:
            failure = failure_of(AskingGivenUp("An unexpected error occurred; it is logged."))
            self._save(post.failed_once(failure, self.now()))
            raise

    def _asked(self, post: AlertPost, budget: TimeBudget) -> AlertPost:
        version = self.asking.version_of(post.owner_id, post.agent_id)
        with self.unit_of_work(post.owner_id):
            same = self.posts.answered_since(post, version, self.now() - ANSWER_LASTS)
        if same is not None and same.reply is not None:
            reused = post.replied(same.reply, version, self.now(), same.answer_id)
            return replace(reused, asked_at=None)
        if post.is_test:
            reply = self.asking.ask_for_test(post, budget)
            return post.replied(reply, version, self.now(), None)
        answer = self.asking.ask(post, post.answer_id or new_id(), budget)
        return post.answered(answer, self.now())

    def _save(self, post: AlertPost, error: DomainError | None = None) -> None:
        with self.unit_of_work(post.owner_id):
            self._store(post)
        _count(post, error)

    def _store(self, post: AlertPost) -> None:
        self.posts.save(post)
        is_over = post.state is not PostState.WAITING
        if is_over and self.messages.settled(post.owner_id, post.id, self.now()):
            self.publish(PostAlerts(owner_id=post.owner_id))

    def _check_next(self, owner_id: UUID) -> None:
        at = self.now()
        with self.unit_of_work(owner_id):
            next_try = self.posts.next_try(owner_id, at)
        if next_try is not None and next_try <= at + TRIES_SOON:
            raise AlertsWait("The next try is due in some seconds.")


@dataclass(frozen=True, slots=True)
class WaitingAlertsService:
    """Rings for owners whose alerts wait: a doorbell may be lost, and a pace may be over."""

    posts: AlertPosts
    messages: AlertMessages
    publish_all: PublishAll
    unit_of_work: UnitOfWork

    def ring(self, at: datetime) -> int:
        """Return how many owners were rung for."""
        with self.unit_of_work(SYSTEM):
            waiting = self.posts.owners_waiting(at, OWNERS_AT_ONCE)
            self.publish_all([AnswerAlerts(owner_id=owner_id) for owner_id in waiting])
            due = self.messages.owners_due(at, OWNERS_AT_ONCE)
            self.publish_all([PostAlerts(owner_id=owner_id) for owner_id in due])
        return len({*waiting, *due})


def _count(post: AlertPost, error: DomainError | None) -> None:
    if post.state is not PostState.WAITING:
        recorder().count(POST_ENDS, UNPAID if isinstance(error, OF_THE_PLAN) else post.state)


def failure_of(error: DomainError) -> AskFailure:
    """Return what is stored of an error: its code, words and figures."""
    return AskFailure(code_of(type(error)), error.title, error.detail, dict(error.extensions))
