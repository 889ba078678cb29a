"""Responses of the route of a document's passages."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from mara.kernel.page import decode_cursor, encode_cursor
from mara.search.model import Chunk
from mara.search.schemas import PlaceOut

ORDINAL_MAX = 2**31 - 1
"""The maximum of PostgreSQL's ``integer``, the type of a passage's ordinal."""
BEFORE_FIRST = 2**128 - 1
"""What a cursor holds in place of an ordinal, if it is that of the first page."""


class ChunkOut(BaseModel):
    """A passage of a document; ``ordinal`` is its position in the document, from 0."""

    chunk_id: UUID = Field(description="Id of the passage.")
    ordinal: int = Field(
        description="Position of the passage in the document. It counts from 0.", examples=[0]
    )
    text: str = Field(
        description="Text of the passage.", examples=["Удалите архивы журналов старше 14 дней."]
    )
    place: PlaceOut = Field(description="Where the passage is in the document.")

    @classmethod
    def of(cls, chunk: Chunk) -> Self:
        """Build the response from the model object."""
        return cls(
            chunk_id=chunk.id,
            ordinal=chunk.ordinal,
            text=chunk.text,
            place=PlaceOut.of(chunk.place),
        )


class ChunksOut(BaseModel):
    """A page of passages, in reading order."""

    items: list[ChunkOut] = Field(description="The passages of this page, in reading order.")
    next_cursor: str | None = Field(
        description="Cursor of the next page; null on the last page.", examples=[None]
    )
    previous_cursor: str | None = Field(
        description="Cursor of the page before this one; null on the first page.", examples=[None]
    )

    @classmethod
    def of(cls, chunks: Sequence[Chunk], *, limit: int, more: bool) -> Self:
        """Build the response from the model objects; ``more`` if there are passages after them."""
        first = chunks[0].ordinal if chunks else 0
        return cls(
            items=[ChunkOut.of(chunk) for chunk in chunks],
            next_cursor=_cursor_after(chunks[-1].ordinal) if more else None,
            previous_cursor=_cursor_after(first - limit - 1) if first else None,
        )

    @staticmethod
    def ordinal_of(cursor: str | None) -> int:
        """Return the ordinal of the last passage already read, -1 if none. Raises InvalidCursor."""
        if cursor is None:
            return -1
        ordinal = decode_cursor(cursor).int
        return -1 if ordinal == BEFORE_FIRST else min(ordinal, ORDINAL_MAX)


def _cursor_after(ordinal: int) -> str:
    return encode_cursor(UUID(int=ordinal if ordinal >= 0 else BEFORE_FIRST))
