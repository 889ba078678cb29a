"""The shape of what a document is about on the wire."""

from dataclasses import asdict
from datetime import datetime
from typing import Self

from pydantic import BaseModel

from mara.documents.model.analysis import Analysis, AnalysisState, Method


class EntityOut(BaseModel):
    """``text`` stands in the document as it is, ``count`` times."""

    text: str
    kind: str
    count: int


class AnalysisOut(BaseModel):
    """``method`` is ``extractive`` where no model answered: its own sentences, chosen.

    All but ``state`` and ``requested_at`` is null until the state is ``ready``.
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
        """From the model."""
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
