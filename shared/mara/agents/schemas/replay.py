"""Responses of the route that shows an answer with its inputs."""

from collections.abc import Mapping, Sequence
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from mara.agents.model import Answer, AnswerMode
from mara.agents.schemas import TurnOut


class RetrievedOut(BaseModel):
    """A passage that was retrieved for an answer, with the scores it had in that search.

    ``text`` is null if its document was deleted since then.
    """

    chunk_id: UUID = Field(description="Id of the passage.")
    document_id: UUID = Field(description="Id of the document of the passage.")
    score: float = Field(description="Score by which the passages were ranked.", examples=[0.83])
    lexical: float | None = Field(
        description="Score of the search by words; null if that search did not find the passage.",
        examples=[7.4],
    )
    semantic: float | None = Field(
        description="Score of the search by meaning; null if that search did not find the passage.",
        examples=[0.71],
    )
    text: str | None = Field(
        description="Text of the passage; null if its document was deleted since then.",
        examples=["Удалите архивы журналов старше 14 дней."],
    )


class BasisOut(BaseModel):
    """The inputs of an answer; ``searched`` is the search text.

    No ``document_ids`` means all documents of the owner.
    """

    searched: str = Field(
        description="Text that was searched for: the question, completed from the conversation.",
        examples=["Диск на узле заполнен. Что делать?"],
    )
    document_ids: Sequence[UUID] = Field(
        description="Documents that were searched; an empty list means all of the owner.",
        examples=[[]],
    )
    mode: AnswerMode = Field(description="How the agent answered.")
    model: str | None = Field(
        description="Name of the language model; null means the default one.", examples=[None]
    )
    embedder: str = Field(
        description="Name of the model that turned the question into a vector.",
        examples=["use-multilingual-3"],
    )
    prompt_version: int = Field(
        description="Number of the prompt that the language model received.", examples=[1]
    )


class ReplayOut(TurnOut):
    """An answer with its inputs; ``basis`` is null for answers from before it was stored."""

    agent_version: int = Field(
        description="Number of the version of the agent that answered.", examples=[1]
    )
    basis: BasisOut | None = Field(
        description="The inputs of the answer; null for answers from before inputs were stored."
    )
    retrieval: Sequence[RetrievedOut] = Field(
        description="The passages that were found for the question, the best first."
    )

    @classmethod
    def with_texts(cls, answer: Answer, texts: Mapping[UUID, str]) -> Self:
        """Build the response from the model object and the texts of passages by chunk id."""
        retrieval = [
            RetrievedOut(
                chunk_id=found.chunk_id,
                document_id=found.document_id,
                score=found.score,
                lexical=found.lexical,
                semantic=found.semantic,
                text=texts.get(found.chunk_id),
            )
            for found in answer.retrieval
        ]
        basis = answer.basis
        shown = (
            None
            if basis is None
            else BasisOut(
                searched=basis.searched,
                document_ids=basis.document_ids,
                mode=basis.mode,
                model=basis.model,
                embedder=basis.embedder,
                prompt_version=basis.prompt_version,
            )
        )
        turn = TurnOut.of(answer)
        return cls(
            **{name: getattr(turn, name) for name in TurnOut.model_fields},
            agent_version=answer.agent_version,
            basis=shown,
            retrieval=retrieval,
        )
