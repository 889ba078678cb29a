"""What evaluations use of a plan, and what stops them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from mara.agents.errors import AgentNotFound
from mara.agents.model import Agent, AgentSettings, AnswerMode, AnswerStatus
from mara.agents.model.evaluation import (
    INTERRUPTED,
    OUT_OF_TIME,
    Case,
    CitedChunk,
    Evaluation,
    Outcome,
    Version,
)
from mara.agents.service.answers import AnswerService
from mara.agents.service.composition import Composer
from mara.agents.service.evaluation import EvaluationService
from mara.agents.service.question import QuestionReader
from mara.agents.service.record import AnswerRecorder
from mara.agents.service.reservation import AnswerReservation
from mara.agents.service.retrieval import PassageRetriever
from mara.agents.service.sections import SectionReader
from mara.billing.errors import UsageLimitReached
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.search.errors import SearchUnavailable
from mara.search.model import IndexMatches, Query
from mara.search.service.reranking import FeatureReranker
from mara.search.service.search import SearchService
from tests.support.agents import (
    FakeAgents,
    FakeAnswers,
    FakeCases,
    FakeConversations,
    FakeEmbedder,
    FakeEvaluations,
    FakeIndex,
    FakeOwnDocuments,
    FakePendingAnswers,
    FakeVersions,
    ScriptedModel,
    a_hit,
    no_transaction,
)
from tests.support.fakes.answers import FakeAnswerMetering

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CALLER = Principal(new_id(), Role.USER)
DISK = a_hit("Disk full. Delete old images first. Then enlarge the volume.")
SAID = ScriptedModel(
    '{"answer": "Delete.", "citations": [{"passage": 1, "quote": "Delete old images first."}]}'
)
STOPS: list[tuple[Exception, str]] = [
    (SearchUnavailable("Later."), "search_unavailable"),
    (UsageLimitReached("The plan has none left."), "usage_limit_reached"),
]


@dataclass
class Index(FakeIndex):
    """Calls ``before`` each search with the number of the searches before it."""

    before: Callable[[int], None] = lambda _: None

    def find(self, query: Query) -> IndexMatches:
        self.before(len(self.asked))
        return super().find(query)


@dataclass
class World:
    mode: AnswerMode = AnswerMode.QUOTE
    model: ScriptedModel | None = None
    metering: FakeAnswerMetering = field(default_factory=lambda: FakeAnswerMetering(price=2))
    evaluations: FakeEvaluations = field(default_factory=FakeEvaluations)
    cases: FakeCases = field(default_factory=FakeCases)
    index: Index = field(default_factory=lambda: Index([DISK]))

    def __post_init__(self) -> None:
        settings = AgentSettings("On call", mode=self.mode)
        self.agent = Agent(new_id(), CALLER.user_id, settings, 1, NOW, NOW)
        self.agents = FakeAgents({self.agent.id: self.agent})
        self.versions = FakeVersions()
        self.versions.save(Version(self.agent.id, CALLER.user_id, 1, settings, NOW))

    def add_cases(self, number: int) -> None:
        cited = [CitedChunk(DISK.chunk.id, DISK.chunk.document_id)]
        for _ in range(number):
            ids = (new_id(), CALLER.user_id, self.agent.id)
            self.cases.save(Case(*ids, "disk full", True, cited, [], NOW))

    def evaluate(self, within: timedelta | None = None) -> Evaluation:
        return self.service.evaluate(CALLER, self.agent.id, within=within)

    @property
    def service(self) -> EvaluationService:
        embedder, reservation = FakeEmbedder(), AnswerReservation(self.metering, self.model)
        answering = self.answering(embedder, reservation)
        return EvaluationService(
            self.agents,
            self.versions,
            self.cases,
            self.evaluations,
            answering,
            reservation,
            answering.questions.documents,
            embedder,
            no_transaction,
            lambda: NOW,
        )

    def answering(self, embedder: FakeEmbedder, reservation: AnswerReservation) -> AnswerService:
        conversations, answers = FakeConversations(), FakeAnswers()
        documents = FakeOwnDocuments({DISK.chunk.document_id})
        search = SearchService(self.index, embedder, FeatureReranker(), no_transaction)
        pending, now = FakePendingAnswers(), lambda: NOW
        return AnswerService(
            QuestionReader(
                self.agents, self.versions, conversations, answers, documents, no_transaction
            ),
            reservation,
            PassageRetriever(search),
            SectionReader(search),
            Composer(self.model),
            AnswerRecorder(
                conversations, answers, pending, embedder, reservation, no_transaction, now
            ),
        )

    def stop_at(self, number: int, error: Exception) -> None:
        def fail(asked: int) -> None:
            if asked == number:
                raise error

        self.index.before = fail


@pytest.fixture
def world() -> World:
    world = World()
    world.add_cases(3)
    return world


def outcomes(evaluation: Evaluation) -> list[Outcome]:
    return [result.outcome for result in evaluation.results]


class TestUse:
    def test_is_an_answer_for_each_case(self, world: World) -> None:
        evaluation = world.evaluate()
        assert (evaluation.score, evaluation.stopped_by) == (1.0, None)
        assert world.metering.answers_left == 1000 - 3
        assert world.metering.prices.keys() == {result.use_id for result in evaluation.results}
        assert world.evaluations.rows == {evaluation.id: evaluation}

    def test_is_another_one_in_the_next_evaluation(self, world: World) -> None:
        world.evaluate()
        world.evaluate()
        assert world.metering.answers_left == 1000 - 6

    def test_has_the_price_of_the_tokens_that_were_written(self) -> None:
        world = World(AnswerMode.GENERATE, SAID)
        world.add_cases(2)
        assert [result.price_micro_usdt for result in world.evaluate().results] == [60, 60]

    def test_is_none_for_a_refusal_and_for_quotes_in_place_of_a_model(self) -> None:
        refused = World(index=Index([]))
        unwritten = World(AnswerMode.GENERATE, ScriptedModel(None))
        for world, status in (
            (refused, AnswerStatus.NOT_IN_DOCUMENTS),
            (unwritten, AnswerStatus.QUOTES_ONLY),
        ):
            world.add_cases(1)
            (result,) = world.evaluate().results
            assert (result.status, result.price_micro_usdt) == (status, 0)
            assert (world.metering.answers_left, world.metering.held) == (1000, {})

    def test_is_none_for_a_case_whose_documents_are_deleted(self, world: World) -> None:
        world.metering.answers_left = 0
        cited = [CitedChunk(new_id(), new_id())]
        ids = (new_id(), CALLER.user_id, world.agent.id)
        world.cases.rows = [Case(*ids, "disk full", True, cited, [], NOW)]
        evaluation = world.evaluate()
        assert (outcomes(evaluation), evaluation.stopped_by) == ([Outcome.SKIPPED], None)


class TestStop:
    def test_keeps_the_results_until_the_plan_has_nothing_left(self, world: World) -> None:
        world.metering.answers_left = 2
        evaluation = world.evaluate()
        assert outcomes(evaluation) == [Outcome.PASSED, Outcome.PASSED, Outcome.LEFT_OUT]
        assert (evaluation.score, evaluation.stopped_by) == (1.0, "usage_limit_reached")
        assert world.evaluations.rows == {evaluation.id: evaluation}
        assert (world.metering.answers_left, world.metering.held) == (0, {})

    def test_is_a_refusal_where_the_plan_has_nothing_left_at_the_start(self, world: World) -> None:
        world.metering.answers_left = 0
        with pytest.raises(UsageLimitReached):
            world.evaluate()
        assert world.evaluations.rows == {}

    @pytest.mark.parametrize(("error", "code"), STOPS)
    def test_is_named_where_an_error_comes_after_a_result(
        self, world: World, error: Exception, code: str
    ) -> None:
        world.stop_at(1, error)
        evaluation = world.evaluate()
        assert outcomes(evaluation) == [Outcome.PASSED, Outcome.LEFT_OUT, Outcome.LEFT_OUT]
        assert evaluation.stopped_by == code
        assert (world.metering.answers_left, world.metering.held) == (999, {})

    @pytest.mark.parametrize(("error", "code"), STOPS)
    def test_is_raised_where_an_error_comes_before_a_result(
        self, world: World, error: Exception, code: str
    ) -> None:
        world.stop_at(0, error)
        with pytest.raises(type(error)):
            world.evaluate()
        assert world.evaluations.rows == {}
        assert (world.metering.answers_left, world.metering.held) == (1000, {})

    def test_keeps_what_was_counted_when_the_process_is_gone(self, world: World) -> None:
        world.stop_at(2, ZeroDivisionError())
        with pytest.raises(ZeroDivisionError):
            world.evaluate()
        (stored,) = world.evaluations.rows.values()
        assert outcomes(stored) == [Outcome.PASSED, Outcome.PASSED, Outcome.LEFT_OUT]
        assert stored.stopped_by == INTERRUPTED
        assert (world.metering.answers_left, world.metering.held) == (998, {})

    def test_gives_back_what_is_reserved_when_the_agent_is_deleted(self, world: World) -> None:
        world.index.before = lambda asked: world.agents.rows.clear() if asked == 1 else None
        with pytest.raises(AgentNotFound):
            world.evaluate()
        assert world.metering.held == {}

    def test_comes_with_the_end_of_the_time(self, world: World) -> None:
        evaluation = world.evaluate(timedelta(seconds=-1))
        assert evaluation.stopped_by == OUT_OF_TIME
        assert set(outcomes(evaluation)) == {Outcome.LEFT_OUT}
        assert world.metering.answers_left == 1000
