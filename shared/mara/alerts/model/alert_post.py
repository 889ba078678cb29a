"""Posts as they are stored: one question that alerts share, with the answer that was given."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from mara.agents.model import Answer, AnswerStatus, Reply
from mara.alerts.model.alert import AlertSource
from mara.alerts.model.masking import MASK, masked, question_key
from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import Signal
from mara.search.model.alert_fields import names_in_link

ANSWER_LASTS: Final = timedelta(minutes=10)
"""For so long an answer is used again for the same question to the same version of an agent."""
ASKS_PER_MINUTE_MAX: Final = 30
"""Of one owner."""
ASKED_AT_ONCE_MAX: Final = 4
"""Posts of one owner whose agents are asked at once: the other workers are for other owners."""
TEST_ANSWERS_MAX: Final = 20
"""Of one owner in a day: they cost nothing."""
TRIES_MAX: Final = 3
TRY_AGAIN_AFTER: Final = (timedelta(seconds=2), timedelta(seconds=10))
"""The waits after the first and the second try that failed."""
ASK_WITHIN: Final = timedelta(seconds=25)
"""The time of an agent for one answer; what a model has not written then consists of quotes."""
LEASE: Final = timedelta(seconds=100)
"""Longer than the function runs: an expired lease means a worker that died."""


class PostState(StrEnum):
    """What became of the question of a post."""

    WAITING = "waiting"
    ANSWERED = "answered"
    REFUSED = "refused"
    """The documents do not contain the answer."""
    FAILED = "failed"
    """The agent could not be asked; the failure says why, and what to do."""


@dataclass(frozen=True, slots=True)
class AskFailure:
    """Why an agent gave no answer: the stable code and words of the error, and its figures."""

    code: str
    title: str
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertPost:
    """The question that alerts of one source share; ``key`` is equal for equal questions.

    ``answer_id`` is set before the agent is asked, so that a second try finds what the first one
    has stored. ``reply`` is frozen as it was given.
    """

    id: UUID
    owner_id: UUID
    source: AlertSource
    key: str
    agent_id: UUID
    name: str
    severity: Severity
    question: str
    created_at: datetime
    is_test: bool = False
    state: PostState = PostState.WAITING
    tries: int = 0
    answer_id: UUID | None = None
    agent_version: int | None = None
    reply: Reply | None = None
    failure: AskFailure | None = None
    asked_at: datetime | None = None
    settled_at: datetime | None = None
    try_after: datetime | None = None
    leased_until: datetime | None = None
    correlation_id: str | None = None

    def takes(self, signal: Signal, at: datetime, cooldown: timedelta) -> bool:
        """Whether an episode that this signal opens or makes worse belongs to this post."""
        return (
            at - self.created_at < cooldown
            and signal.severity.rank >= self.severity.rank
            and signal.is_test == self.is_test
        )

    def is_below(self, signal: Signal, at: datetime, cooldown: timedelta) -> bool:
        """Whether the signal is too severe for this post: what still fires goes to its post.

        All that fires is then in the newest message, whatever fired first.
        """
        is_recent = at - self.created_at < cooldown and signal.is_test == self.is_test
        return is_recent and signal.severity.rank < self.severity.rank

    @property
    def latency_ms(self) -> int | None:
        """From the delivery to the answer; None until then."""
        return latency_ms(self.created_at, self.settled_at)

    def answered(self, answer: Answer, at: datetime) -> "AlertPost":
        """With the reply of an answer."""
        return self.replied(answer.reply, answer.agent_version, at, answer.id)

    def replied(
        self, reply: Reply, agent_version: int, at: datetime, answer_id: UUID | None
    ) -> "AlertPost":
        """With a reply; ``answer_id`` is None where the answer is stored nowhere else."""
        is_refused = reply.status is AnswerStatus.NOT_IN_DOCUMENTS
        return replace(
            self,
            state=PostState.REFUSED if is_refused else PostState.ANSWERED,
            reply=reply,
            agent_version=agent_version,
            answer_id=answer_id,
            settled_at=at,
            failure=None,
            leased_until=None,
            try_after=None,
        )

    def failed(self, failure: AskFailure, at: datetime) -> "AlertPost":
        """Without an answer."""
        return replace(
            self,
            state=PostState.FAILED,
            failure=failure,
            settled_at=at,
            leased_until=None,
            try_after=None,
        )

    def failed_once(self, failure: AskFailure, at: datetime) -> "AlertPost":
        """After a try that may succeed later: waiting for the next one, or without an answer."""
        if self.tries >= TRIES_MAX:
            return self.failed(failure, at)
        wait = TRY_AGAIN_AFTER[min(self.tries, len(TRY_AGAIN_AFTER)) - 1]
        # The next try has another id: what this one had reserved is released.
        return replace(
            self, failure=failure, answer_id=None, leased_until=None, try_after=at + wait
        )


def latency_ms(created_at: datetime, settled_at: datetime | None) -> int | None:
    """Return the time between, in milliseconds; None until the post is settled."""
    if settled_at is None:
        return None
    return round((settled_at - created_at).total_seconds() * 1000)


def key_of(signal: Signal) -> str:
    """Equal for signals whose questions differ in nothing but values such as addresses.

    A link to a runbook counts by the names in it, unless it says the name of the alert again.
    """
    known = {"", masked(signal.name), MASK}
    runbook = [name for name in names_in_link(signal.runbook) if masked(name) not in known]
    texts = [signal.summary, signal.description, *runbook]
    key = question_key(signal.name, texts, signal.labels)
    return f"{key}:{signal.scope}" if signal.scope else key


def question_of(signal: Signal) -> str:
    """Return what the agent is asked: the alert in the form of Alertmanager's webhook.

    A message of a chat is asked as it stands there.
    """
    if signal.question:
        return signal.question
    annotations = {
        "summary": signal.summary,
        "description": signal.description,
        "runbook_url": signal.runbook,
    }
    alert = {
        "status": "firing",
        "labels": {**signal.labels, "alertname": signal.name},
        "annotations": {key: text for key, text in annotations.items() if text},
    }
    return json.dumps({"alerts": [alert]}, ensure_ascii=False)
