"""Responses of the routes of document analyses."""

from dataclasses import asdict
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from mara.documents.model.analysis import Analysis, AnalysisState, Method


class EntityOut(BaseModel):
    """A name, date or other entity; ``text`` occurs verbatim in the document, ``count`` times."""

    text: str = Field(
        description="The entity, as it occurs in the document.", examples=["2026-03-01"]
    )
    kind: str = Field(
        description="`email`, `url`, `date`, `amount`, `identifier` or `name`.", examples=["date"]
    )
    count: int = Field(description="How often it occurs.", examples=[3])


class AnalysisOut(BaseModel):
    """The analysis of a document.

    ``method`` is ``extractive`` if no language model was available: summary and key points are
    then sentences of the document. Until the state is ``ready``, all fields but ``state`` and
    ``requested_at`` are null.
    """

    state: AnalysisState = Field(
        description="`queued` until the analysis is `ready` or `failed`.", examples=["ready"]
    )
    requested_at: datetime = Field(description="When the analysis was requested.")
    finished_at: datetime | None = Field(description="When the analysis ended; null until then.")
    method: Method | None = Field(
        description="`model` if a language model wrote the summary, `extractive` if it "
        "consists of sentences of the document; null until the analysis is ready.",
        examples=["extractive"],
    )
    summary: str | None = Field(
        description="The summary; null until the analysis is ready.",
        examples=["The document tells what to do when a disk is full."],
    )
    key_points: list[str] | None = Field(
        description="The key points; null until the analysis is ready.",
        examples=[["Delete archived logs older than 14 days."]],
    )
    entities: list[EntityOut] | None = Field(
        description="Names, dates and other entities, the most frequent first; null until the"
        " analysis is ready."
    )
    language: str | None = Field(
        description="Main language as an ISO 639-1 code; null until the analysis is ready.",
        examples=["ru"],
    )

    @classmethod
    def of(cls, analysis: Analysis) -> Self:
        """Build the response from the model object."""
        found = analysis.result
        return cls(
            state=analysis.state,
            requested_at=analysis.requested_at,
            finished_at=analysis.finished_at,
            method=found.method if found else None,
            summary=found.summary if found else None,
            key_points=list(found.key_points) if found else None,
            entities=[EntityOut(**asdict(e)) for e in found.entities] if found else None,
            language=found.language if found else None,
        )
