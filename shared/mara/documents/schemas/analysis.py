"""Responses of the routes of document analyses."""

from dataclasses import asdict
from datetime import datetime
from typing import Self

from pydantic import BaseModel

from mara.documents.model.analysis import Analysis, AnalysisState, Method


class EntityOut(BaseModel):
    """A name, date or other entity; ``text`` occurs verbatim in the document, ``count`` times."""

    text: str
    kind: str
    count: int


class AnalysisOut(BaseModel):
    """The analysis of a document.

    ``method`` is ``extractive`` if no language model was available: summary and key points are
    then sentences of the document. Until the state is ``ready``, all fields but ``state`` and
    ``requested_at`` are null.
    """

    state: AnalysisState
    requested_at: datetime
    finished_at: datetime | None
    method: Method | None
    summary: str | None
    key_points: list[str] | None
    entities: list[EntityOut] | None
    language: str | None

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
