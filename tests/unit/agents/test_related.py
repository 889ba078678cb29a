"""Related passages: what a refusal shows beside it, and what remains of it after a deletion."""

from datetime import UTC, datetime

from mara.agents.model import Agent, AgentSettings, Answer, AnswerStatus, Citation, Language, Reply
from mara.agents.model.messages import NOT_IN_DOCUMENTS
from mara.agents.model.prompts import Draft
from mara.agents.model.withdrawal import documents_of, withdrawn
from mara.agents.service.decision import RELATED_AT, Decision
from mara.agents.service.question import Question
from mara.agents.service.verification import verified
from mara.kernel.ids import new_id
from tests.support.agents import a_hit

NOW = datetime(2026, 11, 23, tzinfo=UTC)
NEAR, FAR = a_hit("Pump A leaks. Close the valve."), a_hit("Bake a cake.")


def refused(confidence: float, *, about_identifier: bool = False) -> Reply:
    agent = Agent(new_id(), new_id(), AgentSettings("On call"), 1, NOW, NOW)
    decision = Decision(
        "Pump B leaks", (NEAR, FAR), confidence, nearest=NEAR, about_identifier=about_identifier
    )
    return verified(Question(agent, "Pump B leaks"), decision, Draft(None, ()), lambda _: ())


class TestRefusals:
    def test_show_the_nearest_passage_word_for_word_beside_the_text(self) -> None:
        reply = refused(0.4)
        assert (reply.status, reply.citations) == (AnswerStatus.NOT_IN_DOCUMENTS, ())
        assert [passage.quote for passage in reply.related] == [NEAR.chunk.text]
        assert reply.text == NOT_IN_DOCUMENTS[Language.EN]

    def test_show_nothing_that_is_far_from_the_question(self) -> None:
        assert refused(RELATED_AT).related
        assert not refused(RELATED_AT / 2).related
        assert refused(RELATED_AT / 2, about_identifier=True).related


class TestDeletions:
    def quote(self) -> Citation:
        chunk = a_hit("Close the valve.").chunk
        return Citation(chunk.document_id, "pump.md", chunk.id, chunk.text, chunk.place)

    def answer(self, reply: Reply) -> Answer:
        ids = [new_id() for _ in range(4)]
        return Answer(ids[0], ids[1], ids[2], 1, ids[3], "Pump?", reply, (), NOW)

    def test_take_away_a_related_passage_and_leave_the_text(self) -> None:
        gone, kept = self.quote(), self.quote()
        reply = Reply(AnswerStatus.NOT_IN_DOCUMENTS, "It is not there.", 0.1, related=[gone, kept])
        answer = self.answer(reply)
        assert documents_of([answer]) == {gone.document_id, kept.document_id}
        left = withdrawn(answer, {gone.document_id}).reply
        assert (left.text, left.related) == ("It is not there.", [kept])

    def test_take_away_citation_and_related_passage_each_by_its_document(self) -> None:
        cited, related = self.quote(), self.quote()
        answer = self.answer(
            Reply(AnswerStatus.ANSWERED, "Close it.", 0.9, [cited], related=[related])
        )
        left = withdrawn(answer, {cited.document_id}).reply
        assert (left.citations, left.related) == ([], [related])
        assert "Close" not in left.text
        left = withdrawn(answer, {related.document_id}).reply
        assert (left.text, left.citations, left.related) == ("Close it.", [cited], [])
