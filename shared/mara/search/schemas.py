"""Request and response schemas of search."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mara.extraction.model import Place
from mara.search.model import Hit, SearchMode


class PlaceOut(BaseModel):
    """Position of a passage; ``page`` and ``row`` count from 1, the outermost heading is first."""

    page: int | None
    sheet: str | None
    row: int | None
    headings: Sequence[str]

    @classmethod
    def of(cls, place: Place) -> Self:
        """Build the response from the model object."""
        return cls(page=place.page, sheet=place.sheet, row=place.row, headings=place.headings)


class SearchIn(BaseModel):
    """A search of the caller's documents; no ``document_ids`` means all of them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"query": "как перезапустить сервис", "limit": 5}]},
    )

    query: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$"
        ),
    ]
    limit: int = Field(default=10, ge=1, le=100)
    document_ids: list[UUID] = Field(default=[], max_length=1000)
    """Search these alone; empty means all of the caller's documents."""
    mode: SearchMode = SearchMode.HYBRID


class HitOut(BaseModel):
    """A passage that was found."""

    document_id: UUID
    filename: str
    chunk_id: UUID
    text: str
    score: float
    place: PlaceOut

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """Build the response from the model object."""
        return cls(
            document_id=hit.chunk.document_id,
            filename=hit.filename,
            chunk_id=hit.chunk.id,
            text=hit.chunk.text,
            score=round(hit.score, 6),
            place=PlaceOut.of(hit.chunk.place),
        )


class HitsOut(BaseModel):
    """In order of rank."""

    items: Sequence[HitOut]

    @classmethod
    def of(cls, hits: Sequence[Hit]) -> Self:
        """Build the response from the model object."""
        return cls(items=[HitOut.of(hit) for hit in hits])
