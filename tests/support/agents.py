"""Fakes of what the agents domain needs, and hits to answer from."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from mara.agents.errors import (
    AgentNotFound,
    AnswerNotFound,
    ConversationNotFound,
    VersionNotFound,
)
from mara.agents.model import Agent, Answer, Conversation, Feedback
from mara.agents.model.evaluation import Case, Evaluation, Version
from mara.agents.model.pending import PendingAnswer, PendingState
from mara.documents.model.namesakes import name_key
from mara.extraction.model import Place
from mara.kernel.ids import new_id
from mara.kernel.language_model import ChatMessage, ChatPrompt, Completion, LanguageModelUnavailable
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import Scope
from mara.search.model import Candidate, Chunk, Hit, IndexMatches, Query, ScoreDistribution


@contextmanager
def no_transaction(scope: Scope) -> Iterator[None]:
    yield


def a_hit(
    text: str,
    *,
    headings: tuple[str, ...] = (),
    score: float = 5.0,
    semantic: float = 0.8,
    coverage: float = 0.9,
    document_id: UUID | None = None,
    place: Place | None = None,
    ordinal: int = 0,
) -> Hit:
    where = place or Place(headings=headings)
    chunk = Chunk(new_id(), document_id or new_id(), ordinal, text, where)
    return Hit(chunk, "guide.md", score, lexical=2 * score, semantic=semantic, coverage=coverage)


CHUNKS = 20


@dataclass
class FakeIndex:
    """Finds what it was told to find; remembers what it was asked.

    ``others`` are passages of the same documents that it does not find.
    """

    hits: Sequence[Hit] = ()
    others: Sequence[Hit] = ()
    asked: list[Query] = field(default_factory=list)

    def find(self, query: Query) -> IndexMatches:
        self.asked.append(query)
        candidates = [
            Candidate(hit.chunk, hit.filename, hit.lexical, hit.semantic, hit.coverage)
            for hit in self.hits
        ]
        # Scores as high as those of `a_hit` do not occur among a handful of chunks.
        return IndexMatches(candidates, CHUNKS, lexical=ScoreDistribution(0.0, 1.0))

    def replace(
        self, owner_id: UUID, document_id: UUID, chunks: Sequence[tuple[Chunk, Sequence[float]]]
    ) -> None:
        raise NotImplementedError

    def remove(self, owner_id: UUID, document_id: UUID) -> None:
        raise NotImplementedError

    def count(self, owner_id: UUID, document_id: UUID) -> int:
        raise NotImplementedError

    def read(self, owner_id: UUID, document_id: UUID, *, after: int, limit: int) -> Sequence[Chunk]:
        chunks = [hit.chunk for hit in (*self.hits, *self.others)]
        own = [chunk for chunk in chunks if chunk.document_id == document_id]
        own = [chunk for chunk in own if chunk.ordinal > after]
        return sorted(own, key=lambda chunk: chunk.ordinal)[:limit]


class FakeEmbedder:
    """Every text means itself alone: two are alike if they are the same."""

    model_id = "fake/1"
    dimensions = 256
    tokens_max = 1000

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        meant = crc32(text.casefold().encode()) % self.dimensions
        return [float(n == meant) for n in range(self.dimensions)]

    def nearest_cosines(self, words: Sequence[str], others: Sequence[str]) -> list[float]:
        known = {other.casefold() for other in others}
        return [float(word.casefold() in known) for word in words]


@dataclass
class FakeOwnDocuments:
    """``names`` are the file names of searchable documents, by owner and id; ``other_names`` those
    of documents that are queued or superseded.

    ``asked`` are the documents whose namesakes were asked for, one entry for each query.
    """

    known: set[UUID] = field(default_factory=set)
    names: dict[tuple[UUID, UUID], str] = field(default_factory=dict)
    other_names: dict[tuple[UUID, UUID], str] = field(default_factory=dict)
    asked: list[set[UUID]] = field(default_factory=list)

    def unknown(self, owner_id: UUID, document_ids: Collection[UUID]) -> set[UUID]:
        return set(document_ids) - self.known

    def with_namesakes(self, owner_id: UUID, document_ids: Collection[UUID]) -> set[UUID]:
        self.asked.append(set(document_ids))
        wanted = {(owner_id, asked) for asked in document_ids}
        names = {**self.other_names, **self.names}
        return {
            key[1]
            for key in wanted & names.keys()
            if any(
                (owner, name_key(name)) == (owner_id, name_key(names[key])) and found != key[1]
                for (owner, found), name in self.names.items()
            )
        }


@dataclass
class ScriptedModel:
    """Says what it was told to say; ``None`` means that it cannot be reached."""

    says: str | None
    prompt_tokens_max: int = 4000
    answer_tokens_max: int = 700
    asked: list[Sequence[ChatMessage]] = field(default_factory=list)
    given_s: list[float | None] = field(default_factory=list)

    def chat(
        self,
        prompt: ChatPrompt,
        *,
        model: str | None,
        temperature: float,
        schema: Mapping[str, Any],
        within_s: float | None = None,
    ) -> Completion:
        self.asked.append(prompt.messages)
        self.given_s.append(within_s)
        if self.says is None:
            raise LanguageModelUnavailable("It is switched off.")
        return Completion(self.says, 120, 30)


@dataclass
class FakeLanguageModelCatalog:
    """``available`` is ``None`` while the server does not answer."""

    available: list[str] | None
    default: str = "default:7b"

    def names(self) -> Sequence[str]:
        if self.available is None:
            raise LanguageModelUnavailable("It is switched off.")
        return self.available


@dataclass
class FakeAgents:
    rows: dict[UUID, Agent] = field(default_factory=dict)

    def add(self, agent: Agent) -> None:
        self.rows[agent.id] = agent

    def get(self, owner_id: UUID, agent_id: UUID) -> Agent:
        agent = self.rows.get(agent_id)
        if agent is None or agent.owner_id != owner_id:
            raise AgentNotFound("Check the id.")
        return agent

    def owner_of(self, agent_id: UUID) -> UUID:
        agent = self.rows.get(agent_id)
        if agent is None:
            raise AgentNotFound("Check the id.")
        return agent.owner_id

    lock = get

    def save(self, agent: Agent) -> None:
        self.rows[agent.id] = agent

    def list(self, owner_id: UUID, page: PageRequest) -> list[Agent]:
        own = [a for a in self.rows.values() if a.owner_id == owner_id]
        own = [a for a in own if page.after is None or a.id < page.after]
        return sorted(own, key=lambda a: a.id, reverse=True)[: page.limit + 1]

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        return sum(agent.owner_id == owner_id for agent in self.rows.values())

    def delete(self, owner_id: UUID, agent_id: UUID) -> None:
        self.get(owner_id, agent_id)
        del self.rows[agent_id]


@dataclass
class FakeVersions:
    rows: dict[tuple[UUID, int], Version] = field(default_factory=dict)

    def save(self, version: Version) -> None:
        self.rows[version.agent_id, version.number] = version

    def get(self, owner_id: UUID, agent_id: UUID, number: int) -> Version:
        found = self.rows.get((agent_id, number))
        if found is None or found.owner_id != owner_id:
            raise VersionNotFound("Check the number.")
        return found

    def list(self, owner_id: UUID, agent_id: UUID) -> list[Version]:
        own = [v for (of, _), v in self.rows.items() if of == agent_id and v.owner_id == owner_id]
        return sorted(own, key=lambda version: -version.number)


@dataclass
class FakeCases:
    rows: list[Case] = field(default_factory=list)

    def save(self, case: Case) -> None:
        self.rows = [*(row for row in self.rows if row.answer_id != case.answer_id), case]

    def list(self, owner_id: UUID, agent_id: UUID, limit: int) -> list[Case]:
        own = [c for c in self.rows if (c.owner_id, c.agent_id) == (owner_id, agent_id)]
        return sorted(own, key=lambda case: case.answer_id, reverse=True)[:limit]

    def last_change(self, owner_id: UUID, agent_id: UUID) -> datetime | None:
        own = self.list(owner_id, agent_id, len(self.rows))
        return max((case.created_at for case in own), default=None)


@dataclass
class FakeEvaluations:
    rows: dict[UUID, Evaluation] = field(default_factory=dict)

    def save(self, evaluation: Evaluation) -> None:
        self.rows[evaluation.id] = evaluation

    def list(self, owner_id: UUID, agent_id: UUID, limit: int) -> list[Evaluation]:
        own = [e for e in self.rows.values() if (e.owner_id, e.agent_id) == (owner_id, agent_id)]
        return sorted(own, key=lambda evaluation: evaluation.id, reverse=True)[:limit]

    def last(self, owner_id: UUID, agent_id: UUID, version: int) -> Evaluation | None:
        own = self.list(owner_id, agent_id, len(self.rows))
        return next((one for one in own if one.agent_version == version), None)


@dataclass
class FakeConversations:
    rows: dict[UUID, Conversation] = field(default_factory=dict)

    def add(self, conversation: Conversation) -> None:
        self.rows[conversation.id] = conversation

    def get(self, owner_id: UUID, conversation_id: UUID) -> Conversation:
        found = self.rows.get(conversation_id)
        if found is None or found.owner_id != owner_id:
            raise ConversationNotFound("Check the id.")
        return found

    lock = get

    def save(self, conversation: Conversation) -> None:
        self.rows[conversation.id] = conversation

    def list(self, owner_id: UUID, agent_id: UUID, page: PageRequest) -> list[Conversation]:
        own = [c for c in self.rows.values() if (c.owner_id, c.agent_id) == (owner_id, agent_id)]
        own = [c for c in own if page.after is None or c.id < page.after]
        return sorted(own, key=lambda c: c.id, reverse=True)[: page.limit + 1]

    def count(self, owner_id: UUID, agent_id: UUID, page: PageRequest) -> int:
        wanted = (owner_id, agent_id)
        return sum((c.owner_id, c.agent_id) == wanted for c in self.rows.values())

    def delete(self, owner_id: UUID, conversation_id: UUID) -> None:
        self.get(owner_id, conversation_id)
        del self.rows[conversation_id]


@dataclass
class FakeAnswers:
    rows: dict[UUID, Answer] = field(default_factory=dict)

    def add(self, answer: Answer) -> None:
        self.rows[answer.id] = answer

    def get(self, owner_id: UUID, answer_id: UUID) -> Answer:
        found = self.rows.get(answer_id)
        if found is None or found.owner_id != owner_id:
            raise AnswerNotFound("Check the id.")
        return found

    def of_conversation(self, owner_id: UUID, conversation_id: UUID, limit: int) -> list[Answer]:
        own = [a for a in self.rows.values() if a.conversation_id == conversation_id]
        return sorted((a for a in own if a.owner_id == owner_id), key=lambda a: a.id)[-limit:]

    def set_feedback(self, owner_id: UUID, answer_id: UUID, feedback: Feedback) -> None:
        self.rows[answer_id] = replace(self.get(owner_id, answer_id), feedback=feedback)


@dataclass
class FakePendingAnswers:
    rows: dict[UUID, PendingAnswer] = field(default_factory=dict)

    def add(self, pending: PendingAnswer) -> None:
        self.rows[pending.id] = pending

    def find(self, owner_id: UUID, answer_id: UUID) -> PendingAnswer | None:
        found = self.rows.get(answer_id)
        return found if found and found.owner_id == owner_id else None

    def count(self, owner_id: UUID, agent_id: UUID) -> int:
        own = [p for p in self.rows.values() if (p.owner_id, p.agent_id) == (owner_id, agent_id)]
        return sum(p.state is PendingState.QUEUED for p in own)

    def claim(
        self, owner_id: UUID, answer_id: UUID, at: datetime, until: datetime
    ) -> PendingAnswer | None:
        found = self.find(owner_id, answer_id)
        if found is None or found.state is not PendingState.QUEUED:
            return None
        if found.leased_until is not None and found.leased_until >= at:
            return None
        self.rows[answer_id] = replace(found, leased_until=until)
        return self.rows[answer_id]

    def save(self, pending: PendingAnswer) -> None:
        if self.find(pending.owner_id, pending.id):
            self.rows[pending.id] = pending

    def remove(self, owner_id: UUID, answer_id: UUID) -> bool:
        return self.find(owner_id, answer_id) is not None and bool(self.rows.pop(answer_id))
