"""From feedback to a case, from cases to a score, from a score to what answers."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from uuid import UUID

import pytest

from infra.local.evaluate import evaluate as evaluate_at_the_command_line
from mara.agents.errors import AgentNotFound, AnswerNotFound, GateClosed, VersionNotFound
from mara.agents.model import AgentSettings, Answer, AnswerStatus
from mara.agents.model.evaluation import Outcome
from mara.agents.model.prompts import PROMPT_VERSION
from mara.billing.errors import UsageLimitReached
from mara.documents.adapters.postgres import PostgresDocuments
from mara.documents.model import Document
from mara.kernel.principal import Principal
from mara.platform.database import connection, disconnect, transaction
from mara.wiring.agents import (
    agent_service,
    answer_service,
    conversation_service,
    evaluation_service,
    publication_service,
)
from tests.support.accounts import make_account
from tests.support.billing import USDT, allowances, plan_version
from tests.support.knowledge import NOW, learn
from tests.support.subscriptions import pay_in, subscribe_now

pytestmark = pytest.mark.usefixtures("database")

DISK = "When the disk of a node is full, delete the archived logs and restart the log service."
CLOCK = "When the clock of a node is wrong, restart the time service and compare the clocks."
QUESTION = "What do I do when the disk of a node is full?"


@pytest.fixture
def caller() -> Principal:
    return make_account("anna").principal


@pytest.fixture
def disk(caller: Principal) -> Document:
    return learn(caller.user_id, "disk.txt", [DISK])


@pytest.fixture
def clock(caller: Principal) -> Document:
    return learn(caller.user_id, "clock.txt", [CLOCK])


@pytest.fixture
def agent_id(caller: Principal, disk: Document, clock: Document) -> UUID:
    return agent_service().create(caller, AgentSettings("On call")).id


def ask(caller: Principal, agent_id: UUID, question: str = QUESTION) -> Answer:
    return answer_service().ask(caller, agent_id, question, conversation_id=None)


def judge(caller: Principal, answer: Answer, *, helped: bool) -> None:
    conversation_service().give_feedback(
        caller, answer.agent_id, answer.id, helped=helped, comment=None
    )


def narrowed(document: Document) -> AgentSettings:
    return AgentSettings("On call", document_ids=(document.id,))


class TestReplay:
    def test_shows_what_an_answer_was_drawn_from(self, caller: Principal, agent_id: UUID) -> None:
        answer = ask(caller, agent_id)
        replayed, texts = conversation_service().replay(caller, agent_id, answer.id)
        assert texts[replayed.retrieval[0].chunk_id] == DISK
        assert replayed.basis is not None
        assert replayed.basis.prompt_version == PROMPT_VERSION
        assert replayed.basis.searched == QUESTION
        assert replayed.retrieval == answer.retrieval

    def test_shows_no_text_of_a_document_that_was_deleted(
        self, caller: Principal, agent_id: UUID, disk: Document
    ) -> None:
        """Invariant 7."""
        answer = ask(caller, agent_id)
        with transaction(caller.user_id):
            PostgresDocuments().save(replace(disk, deleted_at=NOW))
        replayed, texts = conversation_service().replay(caller, agent_id, answer.id)
        _, (turn,) = conversation_service().get(caller, answer.conversation_id)
        assert DISK not in texts.values()
        for shown in (replayed, turn):
            assert "archived logs" not in shown.reply.text
            assert DISK not in [citation.quote for citation in shown.reply.citations]

    def test_knows_no_answer_of_somebody_else(self, caller: Principal, agent_id: UUID) -> None:
        answer = ask(caller, agent_id)
        with pytest.raises(AnswerNotFound):
            conversation_service().replay(make_account("boris").principal, agent_id, answer.id)


class TestEvaluate:
    def test_has_no_score_without_a_judgement(self, caller: Principal, agent_id: UUID) -> None:
        ask(caller, agent_id)
        assert evaluation_service().evaluate(caller, agent_id).score is None

    def test_passes_what_helped_as_long_as_it_is_found(
        self, caller: Principal, agent_id: UUID, clock: Document
    ) -> None:
        judge(caller, ask(caller, agent_id), helped=True)
        assert evaluation_service().evaluate(caller, agent_id).score == 1.0
        agent_service().update(caller, agent_id, narrowed(clock))
        worse = evaluation_service().evaluate(caller, agent_id)
        assert (worse.score, worse.agent_version) == (0.0, 2)
        assert evaluation_service().evaluate(caller, agent_id, 1).score == 1.0

    def test_fails_an_answer_rated_as_wrong_until_it_changes(
        self, caller: Principal, agent_id: UUID, clock: Document
    ) -> None:
        judge(caller, ask(caller, agent_id), helped=False)
        assert evaluation_service().evaluate(caller, agent_id).score == 0.0
        agent_service().update(caller, agent_id, narrowed(clock))
        assert evaluation_service().evaluate(caller, agent_id).score == 1.0

    def test_uses_the_latest_rating_of_an_answer(self, caller: Principal, agent_id: UUID) -> None:
        answer = ask(caller, agent_id)
        judge(caller, answer, helped=False)
        judge(caller, answer, helped=True)
        evaluation = evaluation_service().evaluate(caller, agent_id)
        assert [result.outcome for result in evaluation.results] == [Outcome.PASSED]

    @pytest.mark.parametrize("number", [0, 2, -1])
    def test_of_a_version_that_does_not_exist_is_an_error(
        self, caller: Principal, agent_id: UUID, number: int
    ) -> None:
        with pytest.raises(VersionNotFound):
            evaluation_service().evaluate(caller, agent_id, number)

    def test_keeps_a_case_when_its_conversation_is_forgotten(
        self, caller: Principal, agent_id: UUID
    ) -> None:
        answer = ask(caller, agent_id)
        judge(caller, answer, helped=True)
        conversation_service().delete(caller, answer.conversation_id)
        assert evaluation_service().evaluate(caller, agent_id).score == 1.0

    def test_skips_a_case_whose_document_was_deleted(
        self, caller: Principal, agent_id: UUID, disk: Document
    ) -> None:
        judge(caller, ask(caller, agent_id), helped=True)
        with transaction(caller.user_id):
            PostgresDocuments().save(replace(disk, deleted_at=NOW))
        evaluation = evaluation_service().evaluate(caller, agent_id)
        assert evaluation.score is None
        assert [result.outcome for result in evaluation.results] == [Outcome.SKIPPED]

    def test_is_printed_at_the_command_line(self, caller: Principal, agent_id: UUID) -> None:
        judge(caller, ask(caller, agent_id), helped=True)
        printed = evaluate_at_the_command_line(str(agent_id), None)
        assert "passed   What do I do" in printed
        assert printed.endswith("version 1: 1 passed, 0 failed, score 1.000")

    @pytest.mark.parametrize("name", ["x", "01a20000-0000-7000-8000-000000000000"])
    def test_says_at_the_command_line_that_there_is_no_such_agent(self, name: str) -> None:
        with pytest.raises(RuntimeError, match=name):
            evaluate_at_the_command_line(name, None)

    def test_does_not_blame_the_id_for_another_error_at_the_command_line(
        self, caller: Principal, agent_id: UUID
    ) -> None:
        judge(caller, ask(caller, agent_id), helped=True)
        with transaction(caller.user_id):
            connection().execute(
                """UPDATE evaluation_cases SET cited = '[{"chunk_id": "x", "document_id": "x"}]'"""
            )
        with pytest.raises(ValueError, match="badly formed hexadecimal UUID"):
            evaluate_at_the_command_line(str(agent_id), None)


def change(task: tuple[Principal, UUID, UUID, int]) -> None:
    caller, agent_id, document_id, number = task
    settings = AgentSettings(f"On call {number}", document_ids=(document_id,))
    agent_service().update(caller, agent_id, settings)


class TestPublish:
    def test_lets_a_change_answer_at_once_without_a_gate(
        self, caller: Principal, agent_id: UUID, clock: Document
    ) -> None:
        agent_service().update(caller, agent_id, narrowed(clock))
        assert ask(caller, agent_id).reply.status is AnswerStatus.NOT_IN_DOCUMENTS

    def test_holds_a_change_back_behind_a_gate(
        self, caller: Principal, agent_id: UUID, clock: Document
    ) -> None:
        judge(caller, ask(caller, agent_id), helped=True)
        publication_service().set_gate(caller, agent_id, 0.9)
        changed = agent_service().update(caller, agent_id, narrowed(clock))
        assert (changed.version, changed.published_version) == (2, 1)
        answer = ask(caller, agent_id)
        assert (answer.reply.status, answer.agent_version) == (AnswerStatus.ANSWERED, 1)
        with pytest.raises(GateClosed, match="not evaluated"):
            publication_service().publish(caller, agent_id, 2)
        evaluation_service().evaluate(caller, agent_id)
        with pytest.raises(GateClosed, match=r"scored 0\.000"):
            publication_service().publish(caller, agent_id, 2)

    def test_lets_a_version_through_that_scores_enough(
        self, caller: Principal, agent_id: UUID, disk: Document
    ) -> None:
        judge(caller, ask(caller, agent_id), helped=True)
        publication_service().set_gate(caller, agent_id, 0.9)
        agent_service().update(caller, agent_id, narrowed(disk))
        evaluation_service().evaluate(caller, agent_id)
        assert publication_service().publish(caller, agent_id, 2).published_version == 2
        assert ask(caller, agent_id).agent_version == 2

    def test_rolls_back_without_asking_the_gate(
        self, caller: Principal, agent_id: UUID, clock: Document
    ) -> None:
        agent_service().update(caller, agent_id, narrowed(clock))
        publication_service().set_gate(caller, agent_id, 1.0)
        assert publication_service().roll_back(caller, agent_id, 1).published_version == 1
        assert ask(caller, agent_id).reply.status is AnswerStatus.ANSWERED

    def test_rolls_back_to_nothing_that_never_answered(
        self, caller: Principal, agent_id: UUID, clock: Document
    ) -> None:
        publication_service().set_gate(caller, agent_id, 1.0)
        agent_service().update(caller, agent_id, narrowed(clock))
        with pytest.raises(GateClosed):
            publication_service().roll_back(caller, agent_id, 2)
        with pytest.raises(VersionNotFound):
            publication_service().roll_back(caller, agent_id, 7)

    def test_lets_the_same_settings_answer_again_after_a_rollback(
        self, caller: Principal, agent_id: UUID, clock: Document, disk: Document
    ) -> None:
        agent_service().update(caller, agent_id, narrowed(clock))
        publication_service().roll_back(caller, agent_id, 1)
        again = agent_service().update(caller, agent_id, narrowed(clock))
        assert again.published_version == again.version == 3

    def test_links_a_document_to_what_answers_and_not_to_what_was_rolled_back(
        self, caller: Principal, agent_id: UUID, clock: Document, disk: Document
    ) -> None:
        agent_service().update(caller, agent_id, narrowed(disk))
        agent_service().update(caller, agent_id, AgentSettings("Broken", document_ids=(clock.id,)))
        publication_service().roll_back(caller, agent_id, 2)
        more = learn(caller.user_id, "more.txt", ["Paper is on the shelf."])
        linked = agent_service().link(caller, agent_id, more.id)
        assert linked.settings == AgentSettings("On call", document_ids=(disk.id, more.id))

    def test_asks_for_a_new_evaluation_when_an_answer_was_judged_since(
        self, caller: Principal, agent_id: UUID, disk: Document
    ) -> None:
        judge(caller, ask(caller, agent_id), helped=True)
        publication_service().set_gate(caller, agent_id, 0.9)
        agent_service().update(caller, agent_id, narrowed(disk))
        evaluation_service().evaluate(caller, agent_id)
        judge(caller, ask(caller, agent_id), helped=False)
        with pytest.raises(GateClosed, match="since"):
            publication_service().publish(caller, agent_id, 2)

    def test_refuses_a_version_whose_evaluation_is_incomplete(
        self, caller: Principal, agent_id: UUID, disk: Document
    ) -> None:
        for _ in range(2):
            judge(caller, ask(caller, agent_id), helped=True)
        publication_service().set_gate(caller, agent_id, 0.9)
        agent_service().update(caller, agent_id, narrowed(disk))
        hasty = evaluation_service().evaluate(caller, agent_id, within=timedelta(seconds=-1))
        assert {result.outcome for result in hasty.results} == {Outcome.LEFT_OUT}
        with pytest.raises(GateClosed):
            publication_service().publish(caller, agent_id, 2)

    def test_refuses_a_version_whose_evaluation_was_stopped_by_the_plan(
        self, caller: Principal, agent_id: UUID, disk: Document
    ) -> None:
        for _ in range(2):
            judge(caller, ask(caller, agent_id), helped=True)
        publication_service().set_gate(caller, agent_id, 0.9)
        agent_service().update(caller, agent_id, narrowed(disk))
        pay_in(caller.user_id, 10 * USDT)
        subscribe_now(caller.user_id, plan_version("one", allowances=allowances(answers=1)))
        stopped = evaluation_service().evaluate(caller, agent_id)
        assert (stopped.score, stopped.stopped_by) == (1.0, "usage_limit_reached")
        with pytest.raises(GateClosed, match="usage_limit_reached"):
            publication_service().publish(caller, agent_id, 2)
        with pytest.raises(UsageLimitReached):
            evaluate_at_the_command_line(str(agent_id), None)

    def test_lists_the_versions_of_ones_own_agent(
        self, caller: Principal, agent_id: UUID, clock: Document
    ) -> None:
        agent_service().update(caller, agent_id, narrowed(clock))
        versions = publication_service().list_versions(caller, agent_id)
        assert [version.number for version in versions] == [2, 1]
        with pytest.raises(AgentNotFound):
            publication_service().list_versions(make_account("boris").principal, agent_id)

    def test_loses_no_change_of_many_at_once(
        self, caller: Principal, agent_id: UUID, disk: Document
    ) -> None:
        disconnect()
        with ProcessPoolExecutor(max_workers=4, mp_context=get_context("fork")) as pool:
            list(pool.map(change, [(caller, agent_id, disk.id, n) for n in range(12)]))
        versions = publication_service().list_versions(caller, agent_id)
        assert [version.number for version in versions] == list(range(13, 0, -1))
        assert agent_service().get(caller, agent_id).published_version == 13
