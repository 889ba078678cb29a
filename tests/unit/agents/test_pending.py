"""Questions that a queue answers."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mara.agents.errors import (
    AgentNotFound,
    AnswerNotFound,
    AnswerSettled,
    ConversationNotFound,
    TooManyQuestions,
)
from mara.agents.messages import AnswerQuestion
from mara.agents.model import Agent, AgentSettings
from mara.agents.model.pending import (
    DEADLINE,
    PENDING_MAX,
    RESERVED_FOR,
    PendingAnswer,
    PendingState,
)
from mara.agents.service.answers import AnswerService
from mara.agents.service.composition import Composer
from mara.agents.service.pending import (
    AcceptanceOfQuestions,
    PendingAnswerService,
    QueuedAnswerService,
)
from mara.agents.service.question import QuestionReader
from mara.agents.service.record import AnswerRecorder
from mara.agents.service.reservation import AnswerReservation
from mara.agents.service.retrieval import PassageRetriever
from mara.agents.service.sections import SectionReader
from mara.billing.errors import UsageLimitReached
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.kernel.time_budget import UNLIMITED
from mara.search.errors import SearchUnavailable
from mara.search.model import IndexMatches, Query
from mara.search.model.alert_text import AlertText
from mara.search.model.long_alert import SHORT_MAX
from mara.search.service.reranking import FeatureReranker
from mara.search.service.search import SearchService
from tests.support.agents import (
    FakeAgents,
    FakeAnswers,
    FakeConversations,
    FakeEmbedder,
    FakeIndex,
    FakeOwnDocuments,
    FakePendingAnswers,
    FakeVersions,
    a_hit,
    no_transaction,
)
from tests.support.fakes.answers import FakeAnswerMetering
from tests.support.webhooks import alertmanager, as_text, many

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CALLER = Principal(new_id(), Role.USER)
DISK = a_hit("Disk full. Delete old images first. Then enlarge the volume.")


@dataclass
class FaultyIndex(FakeIndex):
    """Raises ``error`` while there is one; something happens ``meanwhile``."""

    error: Exception | None = None
    meanwhile: Callable[[], object] = lambda: None

    def find(self, query: Query) -> IndexMatches:
        self.meanwhile()
        if self.error:
            raise self.error
        return super().find(query)


@dataclass
class World:
    agent: Agent = field(
        default_factory=lambda: Agent(
            new_id(), CALLER.user_id, AgentSettings("On call"), 1, NOW, NOW
        )
    )
    pending: FakePendingAnswers = field(default_factory=FakePendingAnswers)
    answers: FakeAnswers = field(default_factory=FakeAnswers)
    conversations: FakeConversations = field(default_factory=FakeConversations)
    index: FaultyIndex = field(default_factory=lambda: FaultyIndex([DISK]))
    metering: FakeAnswerMetering = field(default_factory=FakeAnswerMetering)
    sent: list[AnswerQuestion] = field(default_factory=list)
    at: datetime = NOW

    def __post_init__(self) -> None:
        self.agents = FakeAgents({self.agent.id: self.agent})

    def questions(self) -> QuestionReader:
        return QuestionReader(
            self.agents,
            FakeVersions(),
            self.conversations,
            self.answers,
            FakeOwnDocuments({DISK.chunk.document_id}),
            no_transaction,
        )

    def acceptance(self) -> AcceptanceOfQuestions:
        return AcceptanceOfQuestions(
            self.questions(),
            AnswerReservation(self.metering, None),
            self.agents,
            self.conversations,
            self.pending,
            self.sent.append,  # type: ignore[arg-type]  # of one kind of message
            no_transaction,
            lambda: self.at,
        )

    def states(self) -> PendingAnswerService:
        return PendingAnswerService(self.pending, no_transaction, lambda: self.at)

    def accept(self, conversation_id: UUID | None = None, text: str = "disk full") -> PendingAnswer:
        return self.acceptance().accept(
            CALLER, self.agent.id, text, conversation_id=conversation_id
        )

    def queued(self) -> QueuedAnswerService:
        embedder = FakeEmbedder()
        search = SearchService(self.index, embedder, FeatureReranker(), no_transaction)
        answering = AnswerService(
            self.questions(),
            AnswerReservation(self.metering, None),
            PassageRetriever(search),
            SectionReader(search),
            Composer(None),
            AnswerRecorder(
                self.conversations,
                self.answers,
                self.pending,
                embedder,
                AnswerReservation(self.metering, None),
                no_transaction,
                lambda: self.at,
            ),
        )
        return QueuedAnswerService(answering, self.pending, no_transaction, lambda: self.at)

    def work(self) -> None:
        """Deliver the message twice, as a queue may."""
        (message,) = self.sent
        self.queued().answer(message.owner_id, message.answer_id)
        with pytest.raises(AnswerSettled):
            self.queued().answer(message.owner_id, message.answer_id)

    def state(self) -> tuple[PendingState, str | None]:
        (message,) = self.sent
        found = self.states().find(CALLER, self.agent.id, message.answer_id)
        assert found is not None
        return found.state, found.failure


@pytest.fixture
def world() -> World:
    return World()


class TestAccept:
    def test_queues_the_question_under_the_id_of_its_answer(self, world: World) -> None:
        accepted = world.accept()
        assert world.sent == [AnswerQuestion(owner_id=CALLER.user_id, answer_id=accepted.id)]
        assert world.state() == (PendingState.QUEUED, None)
        assert accepted.conversation_id in world.conversations.rows

    def test_queues_a_long_alert_shortened(self, world: World) -> None:
        accepted = world.accept(text=as_text(alertmanager(many("DiskFull"))))
        assert len(accepted.question) <= SHORT_MAX
        assert AlertText.read(accepted.question).name == "DiskFull"

    def test_goes_on_in_a_conversation_of_the_agent(self, world: World) -> None:
        first = world.accept()
        assert world.accept(first.conversation_id).conversation_id == first.conversation_id
        with pytest.raises(ConversationNotFound):
            world.accept(new_id())

    def test_accepts_none_for_an_agent_of_somebody_else(self, world: World) -> None:
        with pytest.raises(AgentNotFound):
            world.acceptance().accept(
                Principal(new_id(), Role.USER), world.agent.id, "x", conversation_id=None
            )

    def test_accepts_only_so_many(self, world: World) -> None:
        for _ in range(PENDING_MAX):
            world.accept()
        with pytest.raises(TooManyQuestions):
            world.accept()

    def test_reserves_the_answer_until_no_try_is_left(self, world: World) -> None:
        accepted = world.accept()
        assert world.metering.held == {accepted.id: 0}
        assert world.metering.lasts == [RESERVED_FOR]

    def test_accepts_no_question_that_the_plan_does_not_allow(self, world: World) -> None:
        world.metering.answers_left = 0
        with pytest.raises(UsageLimitReached):
            world.accept()
        assert (world.pending.rows, world.sent) == ({}, [])

    def test_gives_back_what_a_question_that_is_not_accepted_reserved(self, world: World) -> None:
        for _ in range(PENDING_MAX):
            world.accept()
        left = world.metering.answers_left
        with pytest.raises(TooManyQuestions):
            world.accept()
        assert world.metering.answers_left == left

    def test_tells_nothing_of_another_agent(self, world: World) -> None:
        accepted = world.accept()
        with pytest.raises(AnswerNotFound):
            world.states().find(CALLER, new_id(), accepted.id)
        assert world.states().find(CALLER, world.agent.id, new_id()) is None


class TestAnswer:
    def test_answers_once_under_the_promised_id(self, world: World) -> None:
        accepted = world.accept()
        world.work()
        (answer,) = world.answers.rows.values()
        assert (answer.id, answer.question) == (accepted.id, "disk full")
        assert answer.conversation_id == accepted.conversation_id
        assert answer.reply.citations
        assert world.pending.rows == {}

    def test_is_not_begun_while_another_works_on_it(self, world: World) -> None:
        accepted = world.accept()
        world.pending.claim(CALLER.user_id, accepted.id, NOW, NOW + timedelta(seconds=1))
        with pytest.raises(AnswerSettled):
            world.queued().answer(CALLER.user_id, accepted.id)
        world.at += timedelta(seconds=2)
        world.work()

    def test_is_not_stored_twice_by_two_that_work_on_it(self, world: World) -> None:
        accepted = world.accept()
        claimed = replace(accepted, leased_until=NOW)
        world.work()
        with pytest.raises(AnswerSettled):
            world.queued().answering.ask_queued(claimed, budget=UNLIMITED)
        assert len(world.answers.rows) == 1

    def test_is_tried_again_while_there_is_time(self, world: World) -> None:
        world.accept()
        world.index.error = SearchUnavailable("Later.")
        (message,) = world.sent
        with pytest.raises(SearchUnavailable):
            world.queued().answer(message.owner_id, message.answer_id)
        assert world.state() == (PendingState.QUEUED, None)
        assert world.metering.held
        world.index.error = None
        world.work()
        assert world.metering.prices == {message.answer_id: 0}

    def test_fails_with_the_reason_when_the_time_is_over(self, world: World) -> None:
        world.accept()
        world.index.error = SearchUnavailable("Later.")
        world.at += DEADLINE - timedelta(minutes=1)
        (message,) = world.sent
        with pytest.raises(SearchUnavailable):
            world.queued().answer(message.owner_id, message.answer_id)
        assert world.state() == (PendingState.FAILED, "search_unavailable")
        assert world.metering.released == {message.answer_id}

    def test_fails_with_a_code_where_it_is_dead_lettered(self, world: World) -> None:
        world.accept()
        del world.agents.rows[world.agent.id]
        (message,) = world.sent
        with pytest.raises(AgentNotFound):
            world.queued().answer(message.owner_id, message.answer_id)
        assert world.state() == (PendingState.FAILED, "agent_not_found")

    @pytest.mark.parametrize("is_begun", [False, True])
    def test_gives_back_what_a_deleted_question_has_reserved(
        self, world: World, is_begun: bool
    ) -> None:
        """Its agent or conversation is deleted before the work on it, or meanwhile."""
        world.accept()
        if is_begun:
            world.index.meanwhile = world.pending.rows.clear
        else:
            world.pending.rows.clear()
        (message,) = world.sent
        with pytest.raises(AnswerSettled):
            world.queued().answer(message.owner_id, message.answer_id)
        assert world.metering.released == {message.answer_id}

    def test_keeps_what_a_question_has_reserved_while_another_works_on_it(
        self, world: World
    ) -> None:
        accepted = world.accept()
        world.pending.claim(CALLER.user_id, accepted.id, NOW, NOW + timedelta(seconds=1))
        with pytest.raises(AnswerSettled):
            world.queued().answer(CALLER.user_id, accepted.id)
        assert world.metering.held == {accepted.id: 0}

    def test_fails_by_a_defect_of_ours(self, world: World) -> None:
        world.accept()
        world.index.error = ZeroDivisionError()
        (message,) = world.sent
        with pytest.raises(ZeroDivisionError):
            world.queued().answer(message.owner_id, message.answer_id)
        assert world.state() == (PendingState.FAILED, "internal")
        assert world.metering.released == {message.answer_id}

    def test_counts_as_failed_when_the_worker_died(self, world: World) -> None:
        world.accept()
        world.at += DEADLINE + timedelta(seconds=1)
        assert world.state() == (PendingState.FAILED, "timed_out")
        (message,) = world.sent
        with pytest.raises(AnswerSettled):
            world.queued().answer(message.owner_id, message.answer_id)
        assert world.answers.rows == {}
        assert world.metering.held == {}
