"""Stored conversations: read and delete them, replay an answer, give feedback on it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from mara.agents.errors import AnswerNotFound
from mara.agents.model import Answer, Conversation, Feedback
from mara.agents.model.evaluation import Case, CitedChunk
from mara.agents.model.withdrawal import documents_of, withdrawn
from mara.agents.ports import Agents, Answers, Cases, Conversations
from mara.documents.ports import OwnDocuments
from mara.kernel.clock import Clock
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.search.model import Chunk
from mara.search.ports import SearchIndex

ANSWERS_SHOWN_MAX = 200
"""The number of answers of a conversation that are shown: the last ones."""
READ_AT_ONCE = 200
"""The number of chunks in one read of the search index."""


@dataclass(frozen=True, slots=True)
class ConversationService:
    """Reads and deletes the caller's conversations, and records feedback as evaluation cases."""

    agents: Agents
    conversations: Conversations
    answers: Answers
    cases: Cases
    documents: OwnDocuments
    index: SearchIndex
    unit_of_work: UnitOfWork
    now: Clock

    def list(self, caller: Principal, agent_id: UUID, page: PageRequest) -> Page[Conversation]:
        """Return a page of the agent's conversations, the newest first unless sorted otherwise.

        Raises AgentNotFound, InvalidCursor.
        """
        owner_id = caller.user_id
        with self.unit_of_work(owner_id):
            self.agents.get(owner_id, agent_id)
            found = self.conversations.list(owner_id, agent_id, page)
            total = self.conversations.count(owner_id, agent_id, page) if page.total else None
        return Page.of(found, page, lambda conversation: conversation.id, total=total)

    def change(
        self, caller: Principal, conversation_id: UUID, changes: Mapping[str, Any]
    ) -> Conversation:
        """Change the title of the conversation, if it is given. Raises ConversationNotFound."""
        with self.unit_of_work(caller.user_id):
            found = self.conversations.lock(caller.user_id, conversation_id)
            changed = replace(found, **changes)
            self.conversations.save(changed)
        return changed

    def get(
        self, caller: Principal, conversation_id: UUID
    ) -> tuple[Conversation, Sequence[Answer]]:
        """Return a conversation with its last answers, the oldest first.

        The text and quotes of deleted documents are removed. Raises ConversationNotFound.
        """
        with self.unit_of_work(caller.user_id):
            conversation = self.conversations.get(caller.user_id, conversation_id)
            answers = self.answers.of_conversation(
                caller.user_id, conversation_id, ANSWERS_SHOWN_MAX
            )
            gone = self.documents.unknown(caller.user_id, documents_of(answers))
        return conversation, [withdrawn(answer, gone) for answer in answers]

    def delete(self, caller: Principal, conversation_id: UUID) -> None:
        """Delete the conversation with its answers. Raises ConversationNotFound."""
        with self.unit_of_work(caller.user_id):
            self.conversations.delete(caller.user_id, conversation_id)

    def give_feedback(
        self,
        caller: Principal,
        agent_id: UUID,
        answer_id: UUID,
        *,
        helped: bool,
        comment: str | None,
    ) -> Feedback:
        """Store the feedback, replacing an earlier one, and save the answer as an evaluation case.

        Raises AnswerNotFound.
        """
        feedback = Feedback(helped, comment, self.now())
        with self.unit_of_work(caller.user_id):
            answer = self.answers.get(caller.user_id, answer_id)
            if answer.agent_id != agent_id:
                raise AnswerNotFound("It is another agent's.")
            self.answers.set_feedback(caller.user_id, answer_id, feedback)
            self.cases.save(_case(answer, feedback))
        return feedback

    def replay(
        self, caller: Principal, agent_id: UUID, answer_id: UUID
    ) -> tuple[Answer, Mapping[UUID, str]]:
        """Return an answer, and the texts of its retrieved passages by chunk id.

        The texts and quotes of documents that were deleted since then are missing. Raises
        AnswerNotFound.
        """
        with self.unit_of_work(caller.user_id):
            answer = self.answers.get(caller.user_id, answer_id)
            if answer.agent_id != agent_id:
                raise AnswerNotFound("It is another agent's.")
            documents = {retrieved.document_id for retrieved in answer.retrieval}
            documents |= documents_of([answer])
            gone = self.documents.unknown(caller.user_id, documents)
            wanted = {retrieved.chunk_id for retrieved in answer.retrieval}
            texts = {
                chunk.id: chunk.text
                for document_id in documents - gone
                for chunk in self._chunks(caller.user_id, document_id)
                if chunk.id in wanted
            }
        return withdrawn(answer, gone), texts

    def _chunks(self, owner_id: UUID, document_id: UUID) -> Iterator[Chunk]:
        after = -1
        while page := self.index.read(owner_id, document_id, after=after, limit=READ_AT_ONCE):
            yield from page
            after = page[-1].ordinal


def _case(answer: Answer, feedback: Feedback) -> Case:
    return Case(
        answer_id=answer.id,
        owner_id=answer.owner_id,
        agent_id=answer.agent_id,
        question=answer.question,
        helped=feedback.helped,
        cited=[CitedChunk(cited.chunk_id, cited.document_id) for cited in answer.reply.citations],
        retrieval=answer.retrieval,
        created_at=feedback.given_at,
    )
