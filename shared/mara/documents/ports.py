"""What the documents domain needs from the outside world."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from uuid import UUID

from mara.documents.model import Chunk, Extraction, Format, Hit, Query


class Extractor(Protocol):
    def extract(self, path: Path, format: Format) -> Extraction:
        """Read a file of unknown and possibly hostile content, within bounded time and memory.

        Raises Unreadable with the reason: encrypted, corrupt, needs OCR, no text, too large.
        """


class Embedder(Protocol):
    @property
    def model_id(self) -> str:
        """Names model and version: vectors of different ids must never be compared."""

    @property
    def dimensions(self) -> int: ...

    def count_tokens(self, text: str) -> int:
        """How many of the model's own tokens the text takes."""

    @property
    def tokens_max(self) -> int:
        """The longest text, in tokens, that the model reads to its end."""

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Unit vectors, one per text, in order."""

    def embed_query(self, text: str) -> list[float]:
        """A unit vector."""


class SearchIndex(Protocol):
    def replace(
        self, owner_id: UUID, document_id: UUID, chunks: Sequence[tuple[Chunk, Sequence[float]]]
    ) -> None:
        """Make these, with their vectors, the only chunks of the document. Safe to repeat."""

    def remove(self, owner_id: UUID, document_id: UUID) -> None: ...

    def count(self, owner_id: UUID, document_id: UUID) -> int:
        """How many chunks of the document the index still holds, to verify a removal."""

    def search(self, query: Query) -> list[Hit]:
        """The best ``query.limit`` hits, best first; never one of a deleted document."""
