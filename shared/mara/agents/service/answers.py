"""A question in, an answer out whose every citation was checked, or an honest refusal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from mara.agents.errors import ConversationNotFound
from mara.agents.model import (
    Agent,
    Answer,
    AnswerMode,
    AnswerStatus,
    Basis,
    Conversation,
    Reply,
    Retrieved,
    Usage,
)
from mara.agents.model.confidence import ANSWER_AT, confidence_of
from mara.agents.model.messages import (
    NOT_IN_DOCUMENTS,
    documents_of,
    language_of,
    quoted,
    withdrawn,
)
from mara.agents.model.passages import choose
from mara.agents.model.prompts import ANSWER_SCHEMA, PROMPT_VERSION, Turn, prompt, understand
from mara.agents.model.verification import Claim, verify
from mara.agents.ports import Agents, Answers, Conversations, Versions
from mara.documents.ports import OwnDocuments
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.kernel.language_model import LanguageModel, LanguageModelUnavailable
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.search.model import Hit
from mara.search.service.search import SearchService

CANDIDATES = 40
"""Passages looked at, from which a few are chosen: all of the best section should be among them."""


TURNS_MAX = 20
"""Of a conversation, the last ones that are remembered at all."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What an answer can draw on, and how sure it is that it answers."""

    searched: str
    passages: Sequence[Hit]
    confidence: float


@dataclass(frozen=True, slots=True)
class AnswerService:
    """``language_model`` is ``None`` where none is configured: agents then quote."""

    agents: Agents
    versions: Versions
    conversations: Conversations
    answers: Answers
    documents: OwnDocuments
    search: SearchService
    language_model: LanguageModel | None
    unit_of_work: UnitOfWork
    now: Clock

    def ask(
        self, caller: Principal, agent_id: UUID, question: str, *, conversation_id: UUID | None
    ) -> Answer:
        """Raises AgentNotFound, ConversationNotFound."""
        with self.unit_of_work(caller.user_id):
            agent = self._published(caller.user_id, agent_id)
            turns = self._turns(caller.user_id, agent_id, conversation_id)
        found = self._look_up(caller, agent, question, turns)
        answer = Answer(
            id=new_id(),
            owner_id=caller.user_id,
            agent_id=agent_id,
            agent_version=agent.version,
            conversation_id=conversation_id or new_id(),
            question=question,
            reply=self._reply(agent, question, found, turns),
            retrieval=[_retrieved(hit) for hit in found.passages],
            created_at=self.now(),
            basis=self._basis_of(agent, found),
        )
        self._keep(answer, starts_conversation=conversation_id is None)
        return answer

    def preview(self, caller: Principal, agent: Agent, question: str) -> Reply:
        """What the agent, as it is given, would answer; nothing is kept."""
        return self._reply(agent, question, self._look_up(caller, agent, question, ()), ())

    def _published(self, owner_id: UUID, agent_id: UUID) -> Agent:
        """The agent as it answers: with the settings of the version that is published."""
        agent = self.agents.get(owner_id, agent_id)
        if agent.published_version == agent.version:
            return agent
        published = self.versions.get(owner_id, agent_id, agent.published_version)
        return replace(agent, settings=published.settings, version=published.number)

    def _basis_of(self, agent: Agent, found: _Found) -> Basis:
        return Basis(
            searched=found.searched,
            document_ids=agent.settings.document_ids,
            mode=agent.settings.mode,
            model=agent.settings.model,
            embedder=self.search.embedder.model_id,
            prompt_version=PROMPT_VERSION,
        )

    def _turns(
        self, owner_id: UUID, agent_id: UUID, conversation_id: UUID | None
    ) -> Sequence[Turn]:
        if conversation_id is None:
            return ()
        _check_same_agent(self.conversations.get(owner_id, conversation_id), agent_id)
        earlier = self.answers.of_conversation(owner_id, conversation_id, TURNS_MAX)
        gone = self.documents.unknown(owner_id, documents_of(earlier))
        remembered = (withdrawn(answer, gone) for answer in earlier)
        return [Turn(answer.question, answer.reply.text) for answer in remembered]

    def _look_up(
        self, caller: Principal, agent: Agent, question: str, turns: Sequence[Turn]
    ) -> _Found:
        """A question that finds nothing by itself may go on where the last one stopped."""
        found = self._found(caller, agent, question)
        if found.confidence >= ANSWER_AT or not turns:
            return found
        # In one line: each line of a question is weighed alone, and the old one must not be.
        together = " ".join(f"{turns[-1].question} {question}".split())
        return max(self._found(caller, agent, together), found, key=lambda one: one.confidence)

    def _found(self, caller: Principal, agent: Agent, text: str) -> _Found:
        found = self.search.retrieve(caller, text, document_ids=agent.settings.document_ids)
        passages = choose(found.hits[:CANDIDATES], text, agent.settings.top_k)
        evidence = self.search.evidence(found)
        if not evidence:
            return _Found(text, passages, 0.0)
        return _Found(text, passages, confidence_of(evidence, text, found.hits[0].chunk.text))

    def _reply(self, agent: Agent, question: str, found: _Found, turns: Sequence[Turn]) -> Reply:
        if found.confidence < ANSWER_AT:
            return _refusal(agent, question, found.confidence)
        if agent.settings.mode is AnswerMode.QUOTE:
            return _quote(agent, question, found)
        try:
            return self._generate(agent, question, found, turns)
        except LanguageModelUnavailable:
            return replace(_quote(agent, question, found), status=AnswerStatus.QUOTES_ONLY)

    def _generate(self, agent: Agent, question: str, found: _Found, turns: Sequence[Turn]) -> Reply:
        if self.language_model is None:
            raise LanguageModelUnavailable("No language model is configured.")
        settings = agent.settings
        told = prompt(
            question,
            found.passages,
            instructions=settings.instructions,
            language=language_of(question, settings.language),
            turns=turns,
            tokens_max=self.language_model.prompt_tokens_max,
        )
        completion = self.language_model.chat(
            told.messages,
            model=settings.model,
            temperature=settings.temperature,
            schema=ANSWER_SCHEMA,
        )
        usage = Usage(completion.input_tokens, completion.output_tokens)
        draft = understand(completion.text, told.passages)
        if draft is None:
            reply = replace(_quote(agent, question, found), status=AnswerStatus.QUOTES_ONLY)
            return replace(reply, usage=usage)
        citations = verify(draft.claims, told.passages)
        if not citations or not draft.text:
            return replace(_refusal(agent, question, found.confidence), usage=usage)
        return Reply(AnswerStatus.ANSWERED, draft.text, found.confidence, citations, usage)

    def _keep(self, answer: Answer, *, starts_conversation: bool) -> None:
        with self.unit_of_work(answer.owner_id):
            if starts_conversation:
                self.conversations.add(
                    Conversation(
                        id=answer.conversation_id,
                        owner_id=answer.owner_id,
                        agent_id=answer.agent_id,
                        created_at=answer.created_at,
                        updated_at=answer.created_at,
                    )
                )
            else:
                conversation = self.conversations.lock(answer.owner_id, answer.conversation_id)
                self.conversations.save(replace(conversation, updated_at=answer.created_at))
            self.answers.add(answer)


def _check_same_agent(conversation: Conversation, agent_id: UUID) -> None:
    if conversation.agent_id != agent_id:
        raise ConversationNotFound("It was held with another agent.")


def _refusal(agent: Agent, question: str, confidence: float) -> Reply:
    text = NOT_IN_DOCUMENTS[language_of(question, agent.settings.language)]
    return Reply(AnswerStatus.NOT_IN_DOCUMENTS, text, confidence)


def _quote(agent: Agent, question: str, found: _Found) -> Reply:
    # Checked like a model's quotes, though nobody could have invented them: one rule for all.
    claims = [Claim(hit.chunk.id, hit.chunk.text) for hit in found.passages]
    citations = verify(claims, found.passages)
    if not citations:
        return _refusal(agent, question, found.confidence)
    text = quoted(citations, language_of(question, agent.settings.language))
    return Reply(AnswerStatus.ANSWERED, text, found.confidence, citations)


def _retrieved(hit: Hit) -> Retrieved:
    return Retrieved(
        chunk_id=hit.chunk.id,
        document_id=hit.chunk.document_id,
        score=hit.score,
        lexical=hit.lexical,
        semantic=hit.semantic,
        coverage=hit.coverage,
    )
