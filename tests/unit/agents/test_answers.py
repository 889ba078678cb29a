"""Asking an agent."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from mara.agents.errors import AgentNotFound, ConversationNotFound
from mara.agents.model import (
    Agent,
    AgentSettings,
    Answer,
    AnswerMode,
    AnswerStatus,
    Conversation,
    Reply,
)
from mara.agents.model.pending import PendingAnswer
from mara.agents.service.answers import AnswerService
from mara.agents.service.composition import Composer
from mara.agents.service.question import QuestionReader
from mara.agents.service.record import AnswerRecorder
from mara.agents.service.reservation import AnswerReservation
from mara.agents.service.retrieval import PassageRetriever
from mara.agents.service.sections import SectionReader
from mara.billing.errors import UsageLimitReached
from mara.extraction.model import Place
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.kernel.time_budget import UNLIMITED
from mara.search.model import Hit
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
    ScriptedModel,
    a_hit,
    no_transaction,
)
from tests.support.counts import counted
from tests.support.fakes.answers import FakeAnswerMetering
from tests.support.webhooks import Sent, alertmanager, as_text, grafana, many

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CALLER = Principal(new_id(), Role.USER)
DISK = a_hit("Disk full. Delete old images first. Then enlarge the volume.")
CLOCK = a_hit("Disk full: restart the time daemon and then compare all of the clocks.", score=4.5)


@dataclass
class World:
    service: AnswerService
    agent: Agent
    answers: FakeAnswers
    index: FakeIndex
    metering: FakeAnswerMetering
    pending: FakePendingAnswers
    conversations: FakeConversations

    def ask(self, question: str = "disk full", *, conversation_id: UUID | None = None) -> Answer:
        return self.service.ask(CALLER, self.agent.id, question, conversation_id=conversation_id)


def a_world(
    hits: Sequence[Hit] = (DISK, CLOCK),
    model: ScriptedModel | None = None,
    mode: AnswerMode = AnswerMode.QUOTE,
    top_k: int = 5,
    others: Sequence[Hit] = (),
    *,
    documents: FakeOwnDocuments | None = None,
) -> World:
    agents, answers, index = FakeAgents(), FakeAnswers(), FakeIndex(hits, others)
    metering, pending = FakeAnswerMetering(answers_left=3, price=2), FakePendingAnswers()
    known = {hit.chunk.document_id for hit in hits}
    settings = AgentSettings("On call", mode=mode, top_k=top_k)
    agent = Agent(new_id(), CALLER.user_id, settings, 1, NOW, NOW)
    agents.add(agent)
    embedder, conversations = FakeEmbedder(), FakeConversations()
    search = SearchService(index, embedder, FeatureReranker(), no_transaction)
    service = AnswerService(
        questions=QuestionReader(
            agents,
            FakeVersions(),
            conversations,
            answers,
            documents or FakeOwnDocuments(known),
            no_transaction,
        ),
        reservation=AnswerReservation(metering, model),
        retriever=PassageRetriever(search),
        sections=SectionReader(search),
        composer=Composer(model),
        recorder=AnswerRecorder(
            conversations,
            answers,
            pending,
            embedder,
            AnswerReservation(metering, model),
            no_transaction,
            lambda: NOW,
        ),
    )
    return World(service, agent, answers, index, metering, pending, conversations)


def said(answer: str, *quotes: tuple[int, str]) -> ScriptedModel:
    citations = [{"passage": number, "quote": quote} for number, quote in quotes]
    return ScriptedModel(json.dumps({"answer": answer, "citations": citations}))


class TestAskForQuotes:
    def test_answers_with_the_passages_word_for_word(self) -> None:
        answer = a_world().ask()
        assert answer.reply.status is AnswerStatus.ANSWERED
        assert [c.quote for c in answer.reply.citations] == [DISK.chunk.text, CLOCK.chunk.text]
        assert DISK.chunk.text in answer.reply.text

    def test_says_honestly_that_nothing_was_found(self) -> None:
        far = a_hit("Bake a cake", semantic=0.1, coverage=0.0)
        for hits in ([], [far]):
            reply = a_world(hits).ask().reply
            assert reply.status is AnswerStatus.NOT_IN_DOCUMENTS
            assert not reply.citations
            assert reply.usage.price_micro_usdt == 0
            assert "Bake" not in reply.text

    def test_refuses_in_the_language_of_the_question(self) -> None:
        assert "нет ответа" in a_world([]).ask("Где ключи от серверной?").reply.text

    def test_cites_no_more_than_asked_for(self) -> None:
        assert len(a_world(top_k=1).ask().reply.citations) == 1

    def test_shows_what_search_ranks_first_and_then_what_to_do_about_it(self) -> None:
        book = new_id()
        found = a_hit("Disk full.", headings=("Disk", "Meaning"), document_id=book, ordinal=1)
        unfound = [
            a_hit("Turn it on.", headings=("Clock", "Mitigation"), document_id=book, ordinal=0),
            a_hit("Free it.", headings=("Disk", "Mitigation"), document_id=book, ordinal=2),
            a_hit("Then wait.", headings=("Disk", "Mitigation"), document_id=book, ordinal=3),
        ]
        cited = a_world([found], others=unfound).ask().reply.citations
        assert [citation.quote for citation in cited] == ["Disk full.", "Free it.", "Then wait."]

    @pytest.mark.parametrize(
        ("question", "said"),
        [("disk", "there is more of this section"), ("диск disk", "продолжение раздела")],
    )
    def test_tells_that_a_section_is_longer_than_shown(self, question: str, said: str) -> None:
        book = new_id()
        parts = [
            a_hit(f"Disk {n}.", headings=("Book", "Disk"), document_id=book, ordinal=n)
            for n in range(4)
        ]
        reply = a_world(parts[:1], top_k=2, others=parts[1:]).ask(question).reply
        assert [citation.has_more for citation in reply.citations] == [False, True]
        assert reply.text.count(said) == 1
        whole = a_world(parts[:1], top_k=4, others=parts[1:]).ask(question).reply
        assert not any(citation.has_more for citation in whole.citations)
        assert said not in whole.text

    def test_shows_the_piece_of_a_wide_row_that_search_found(self) -> None:
        book, row = new_id(), Place(sheet="S", row=2)
        pieces = [
            a_hit(f"disk {n}", place=row, document_id=book, ordinal=n, score=9 - n)
            for n in range(9)
        ]
        found = [pieces[0], pieces[7]]
        others = [piece for piece in pieces if piece not in found]
        cited = a_world(found, top_k=3, others=others).ask("disk").reply.citations
        assert [citation.quote for citation in cited] == ["disk 0", "disk 7", "disk 1"]

    def test_never_answers_from_the_contents_or_an_empty_field(self) -> None:
        entry = a_hit("Contents\ndisk full 4", score=9)
        field = a_hit("Disk full: ______", score=9)
        assert a_world([entry, DISK]).ask().reply.citations[0].quote == DISK.chunk.text
        for hit in (entry, field):
            assert a_world([hit]).ask().reply.status is AnswerStatus.NOT_IN_DOCUMENTS

    def test_shows_no_remedy_where_the_meaning_is_asked(self) -> None:
        book = new_id()
        found = a_hit("A full disk.", headings=("Disk", "Meaning"), document_id=book)
        other = a_hit("Free it.", headings=("Disk", "Mitigation"), document_id=book, ordinal=1)
        cited = a_world([found], others=[other]).ask("What is a full disk").reply.citations
        assert [citation.quote for citation in cited] == ["A full disk."]

    def test_keeps_the_answer_and_what_it_was_drawn_from(self) -> None:
        world = a_world()
        answer = world.ask()
        assert world.answers.rows == {answer.id: answer}
        assert [r.chunk_id for r in answer.retrieval] == [DISK.chunk.id, CLOCK.chunk.id]

    def test_goes_on_in_a_conversation(self) -> None:
        world = a_world()
        first = world.ask()
        second = world.ask(conversation_id=first.conversation_id)
        assert second.conversation_id == first.conversation_id

    def test_knows_no_conversation_of_nobody(self) -> None:
        with pytest.raises(ConversationNotFound):
            a_world().ask(conversation_id=new_id())

    def test_knows_no_agent_of_somebody_else(self) -> None:
        world = a_world()
        stranger = Principal(new_id(), Role.USER)
        with pytest.raises(AgentNotFound):
            world.service.ask(stranger, world.agent.id, "disk", conversation_id=None)


class TestAskForText:
    """Invariant 10: a model that invents, misattributes and stitches quotes gets none through."""

    def ask(self, model: ScriptedModel | None, hits: Sequence[Hit] = (DISK, CLOCK)) -> Reply:
        return a_world(hits, model, AnswerMode.GENERATE).ask().reply

    def test_answers_with_the_models_words_and_true_quotes(self) -> None:
        reply = self.ask(said("Free space.", (1, "Delete old images first.")))
        assert (reply.status, reply.text) == (AnswerStatus.ANSWERED, "Free space. [1]")
        assert [c.quote for c in reply.citations] == ["Delete old images first."]
        assert reply.usage.input_tokens == 120

    @pytest.mark.parametrize(
        "quote",
        [
            (1, "Format the volume and reinstall."),
            (1, "Restart the time daemon and compare the clocks."),
            (1, "Delete old images the volume."),
            (3, "Delete old images first."),
            (0, "Delete old images first."),
            (1, "Delete"),
        ],
    )
    def test_lets_no_false_quote_through(self, quote: tuple[int, str]) -> None:
        reply = self.ask(said("Do as I say.", quote))
        assert reply.status is AnswerStatus.NOT_IN_DOCUMENTS
        assert not reply.citations
        assert "Do as I say" not in reply.text

    def test_keeps_true_quotes_beside_false_ones(self) -> None:
        model = said("Yes.", (1, "Delete old images first."), (2, "Delete old images first."))
        assert [c.chunk_id for c in self.ask(model).citations] == [DISK.chunk.id]

    @pytest.mark.parametrize("text", ["", "no json", "[]", "{", '{"answer": 1}', "{" * 100_000])
    def test_quotes_where_the_model_talks_nonsense(self, text: str) -> None:
        reply = self.ask(ScriptedModel(text))
        assert reply.status is AnswerStatus.QUOTES_ONLY
        assert [c.quote for c in reply.citations] == [DISK.chunk.text, CLOCK.chunk.text]
        assert reply.usage.input_tokens == 120

    def test_believes_a_model_that_finds_no_answer_in_the_passages(self) -> None:
        reply = self.ask(said("I do not know."))
        assert reply.status is AnswerStatus.NOT_IN_DOCUMENTS
        assert "I do not know" not in reply.text

    @pytest.mark.parametrize("model", [None, ScriptedModel(None)])
    def test_quotes_where_no_model_answers(self, model: ScriptedModel | None) -> None:
        reply = self.ask(model)
        assert reply.status is AnswerStatus.QUOTES_ONLY
        assert reply.citations

    def test_asks_no_model_where_nothing_was_found(self) -> None:
        model = said("Anything.")
        assert self.ask(model, []).status is AnswerStatus.NOT_IN_DOCUMENTS
        assert model.asked == []


class TestPriceOfAnswers:
    def test_is_what_was_posted_for_the_tokens_that_the_model_wrote(self) -> None:
        world = a_world(
            model=said("Free space.", (1, "Delete old images first.")), mode=AnswerMode.GENERATE
        )
        answer = world.ask()
        assert answer.reply.usage.price_micro_usdt == 60
        assert world.answers.rows[answer.id] == answer
        assert (world.metering.prices, world.metering.answers_left) == ({answer.id: 60}, 2)

    def test_is_of_an_answer_alone_where_no_model_writes(self) -> None:
        world = a_world()
        assert world.ask().reply.usage.price_micro_usdt == 0
        assert world.metering.answers_left == 2

    @pytest.mark.parametrize(
        ("hits", "model"),
        [
            ([], None),
            ([DISK], ScriptedModel(None)),
            ([DISK], ScriptedModel("no json")),
            ([DISK], said("I do not know.")),
        ],
        ids=["nothing found", "no model", "a failed model", "a refusal of the model"],
    )
    def test_is_nothing_for_what_is_no_answer(
        self, hits: Sequence[Hit], model: ScriptedModel | None
    ) -> None:
        world = a_world(hits, model, AnswerMode.GENERATE)
        assert world.ask().reply.usage.price_micro_usdt == 0
        assert (world.metering.held, world.metering.answers_left) == ({}, 3)

    def test_is_reserved_before_any_model_runs(self) -> None:
        model = said("Free space.", (1, "Delete old images first."))
        world = a_world(model=model, mode=AnswerMode.GENERATE)
        world.metering.answers_left = 0
        with pytest.raises(UsageLimitReached):
            world.ask()
        assert (model.asked, world.index.asked, world.answers.rows) == ([], [], {})

    def test_is_given_back_where_the_question_fails(self) -> None:
        world = a_world()
        failing = replace(world.service, sections=None)  # type: ignore[arg-type]  # it raises
        with pytest.raises(AttributeError):
            failing.ask(CALLER, world.agent.id, "disk full", conversation_id=None)
        assert (world.metering.held, world.metering.answers_left) == ({}, 3)

    def test_allows_no_model_where_no_tokens_are_reserved(self) -> None:
        model = said("Free space.", (1, "Delete old images first."))
        world = a_world(model=model, mode=AnswerMode.GENERATE)
        at = PendingAnswer(new_id(), CALLER.user_id, world.agent.id, new_id(), "disk full", NOW)
        world.metering.reserve(CALLER.user_id, at.id, tokens=0)
        world.pending.add(at)
        world.conversations.add(
            Conversation(at.conversation_id, CALLER.user_id, world.agent.id, NOW, NOW)
        )
        answer = world.service.ask_queued(at, UNLIMITED)
        assert (answer.reply.status, model.asked) == (AnswerStatus.QUOTES_ONLY, [])


class TestAskInAConversation:
    def test_tells_the_model_what_was_said_before(self) -> None:
        model = said("Free space.", (1, "Delete old images first."))
        world = a_world(model=model, mode=AnswerMode.GENERATE)
        first = world.ask("Is the disk full?")
        world.ask("disk full again", conversation_id=first.conversation_id)
        assert "Is the disk full?" in model.asked[1][-1].text
        assert "Free space." in model.asked[1][-1].text

    def test_lets_a_follow_up_go_on_from_the_last_question(self) -> None:
        world = a_world()
        first = world.ask("disk full")
        assert world.ask("and then?").reply.status is AnswerStatus.NOT_IN_DOCUMENTS
        second = world.ask("and then?", conversation_id=first.conversation_id)
        assert second.reply.status is AnswerStatus.ANSWERED
        assert second.question == "and then?"

    def test_searches_a_question_that_stands_alone_by_itself(self) -> None:
        world = a_world()
        first = world.ask("disk full")
        world.ask("disk full", conversation_id=first.conversation_id)
        assert [query.text for query in world.index.asked] == ["disk full", "disk full"]


class TestUnknownIdentifiers:
    OTHER = a_hit("Restart the scheduler.", headings=("KubeSchedulerDown",))

    @pytest.mark.parametrize(
        ("question", "text"),
        [
            ("KubeAPIDown fires. What to do?", "Your documents do not mention KubeAPIDown."),
            ("KubeAPIDown", "Your documents do not mention KubeAPIDown."),
            ("Алерт KubeAPIDown: что делать?", "В ваших документах не упоминается: KubeAPIDown."),
            (
                as_text(alertmanager([("KubeAPIDown", "firing")], "It does not answer.")),
                "Your documents do not mention KubeAPIDown.",
            ),
        ],
    )
    def test_are_named_in_the_refusal(self, question: str, text: str) -> None:
        reply = a_world([self.OTHER]).ask(question).reply
        assert (reply.status, reply.text) == (AnswerStatus.NOT_IN_DOCUMENTS, text)
        assert [passage.quote for passage in reply.related] == [self.OTHER.chunk.text]

    @pytest.mark.parametrize("spelled", ["KubeAPIDown", "kube-api-down", "Kube API down"])
    def test_are_not_those_that_a_passage_mentions(self, spelled: str) -> None:
        mention = a_hit(f"See {spelled}, too.", headings=("KubeSchedulerDown",), score=1.0)
        reply = a_world([self.OTHER, mention]).ask("KubeAPIDown fires. What to do?").reply
        assert reply.status is AnswerStatus.NOT_IN_DOCUMENTS
        assert reply.text == "Your documents do not answer this question."

    def test_are_not_words_of_the_language(self) -> None:
        assert "do not answer" in a_world([]).ask("Who is the author of it?").reply.text


class TestOtherAlerts:
    SENT = (("DiskFull", "firing"), ("PodDown", "resolved"), ("NodeDown", "firing"))

    @pytest.mark.parametrize(
        ("before", "summary", "told"),
        [
            ("", "The disk is full.", "Other alerts fire that this answer is not about: NodeDown."),
            ("", "Диск заполнен.", "Сработали и другие алерты, этот ответ не о них: NodeDown."),
            ("Что с этим делать?", "The disk is full.", "Сработали и другие алерты"),
            ("What do I do now?", "Диск заполнен.", "Other alerts fire"),
        ],
    )
    def test_are_named_at_the_end_in_the_language_of_the_question(
        self, before: str, summary: str, told: str
    ) -> None:
        question = f"{before}\n{as_text(alertmanager(self.SENT, summary))}"
        disk = a_hit("Delete old images first.", headings=("DiskFull",))
        model = said("Delete old images first. [1]", (1, "Delete old images first."))
        for world in (
            a_world([disk]),
            a_world([disk], model, AnswerMode.GENERATE),
            a_world([]),
        ):
            answer = world.ask(question)
            assert answer.reply.text.rpartition("\n\n")[2].startswith(told)
            assert answer.other_alerts == ["NodeDown"]

    @pytest.mark.parametrize(
        "sent",
        [
            [("DiskFull", "firing")],
            [("DiskFull", "firing")] * 3,
            [("DiskFull", "resolved"), ("NodeDown", "resolved")],
        ],
    )
    def test_are_not_mentioned_where_there_are_none(self, sent: list[Sent]) -> None:
        answer = a_world().ask(as_text(alertmanager(sent)))
        assert not answer.other_alerts
        assert "Other alerts" not in answer.reply.text


class TestLongAlerts:
    @pytest.mark.parametrize("body", [alertmanager, grafana])
    def test_reach_index_model_and_record_shortened(self, body: Callable[..., object]) -> None:
        model = said("Delete old images first. [1]", (1, "Delete old images first."))
        world = a_world([DISK], model, AnswerMode.GENERATE)
        whole = as_text(body(many("DiskFull"), "Disk full. " * 900))
        answer = world.ask(whole[:99_000])
        assert answer.reply.status is AnswerStatus.ANSWERED
        assert all(len(query.text) <= SHORT_MAX for query in world.index.asked)
        assert sum(len(message.text) for message in model.asked[0]) < 2 * SHORT_MAX
        assert len(answer.question) <= SHORT_MAX
        assert answer.basis is not None
        assert len(answer.basis.searched) <= SHORT_MAX
        world.ask("And then?", conversation_id=answer.conversation_id)
        assert all(len(query.text) <= 2 * SHORT_MAX for query in world.index.asked)


class TestNamesakes:
    """DISK is the only document that is cited, and another one has the same name."""

    def shelf(self, *, alone: bool = False) -> FakeOwnDocuments:
        cited = DISK.chunk.document_id
        found = FakeOwnDocuments({cited}, {(CALLER.user_id, cited): DISK.filename})
        if not alone:
            found.names[CALLER.user_id, new_id()] = DISK.filename
        return found

    def test_are_told_apart_in_quotes_and_in_the_citation(self) -> None:
        reply = a_world([DISK], documents=self.shelf()).ask().reply
        assert [citation.has_namesake for citation in reply.citations] == [True]
        assert "[1] guide.md · uploaded 20" in reply.text

    def test_are_told_apart_below_a_text_that_a_model_writes(self) -> None:
        model = said("Delete old images first. [1]", (1, "Delete old images first."))
        world = a_world([DISK], model, AnswerMode.GENERATE, documents=self.shelf())
        reply = world.ask().reply
        assert reply.text.startswith("Delete old images first. [1]\n\n[1] guide.md · uploaded 20")

    def test_are_told_apart_beside_a_refusal(self) -> None:
        near = replace(DISK, score=1.0, coverage=0.3)
        reply = (
            a_world([near], documents=self.shelf()).ask("Is the invoice of the disk paid?").reply
        )
        assert reply.status is AnswerStatus.NOT_IN_DOCUMENTS
        assert [passage.has_namesake for passage in reply.related] == [True]

    def test_are_not_mentioned_where_the_name_is_unique(self) -> None:
        documents = self.shelf(alone=True)
        for model in (None, said("Delete old images first. [1]", (1, "Delete old images first."))):
            mode = AnswerMode.GENERATE if model else AnswerMode.QUOTE
            reply = a_world([DISK], model, mode, documents=documents).ask().reply
            assert [citation.has_namesake for citation in reply.citations] == [False]
            assert "uploaded" not in reply.text

    def test_are_looked_up_once_for_all_passages(self) -> None:
        documents = self.shelf()
        a_world([DISK, CLOCK], documents=documents).ask()
        assert documents.asked == [{DISK.chunk.document_id, CLOCK.chunk.document_id}]

    def test_are_not_looked_up_where_nothing_is_cited(self) -> None:
        documents = self.shelf()
        a_world([], documents=documents).ask()
        assert documents.asked == []


class TestCounts:
    def test_are_of_stored_answers_by_status_and_confidence(self) -> None:
        reply = a_world().ask().reply
        a_world([]).ask()
        found = counted("mara_answer")
        assert found["mara_answers|answered"] == found["mara_answers|not_in_documents"] == 1
        assert sum(v for k, v in found.items() if "confidence" in k and "sum" not in k) == 2
        assert found["mara_answer_confidence|sum"] >= round(reply.confidence * 1_000_000)
