"""The quality set of the repository: sections in two languages, questions, and what is missing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

from mara.documents.service.chunking import chunk as cut
from mara.extraction.markdown import read_markdown
from mara.kernel.principal import Principal, Role
from mara.search.model import Chunk, IndexMatches, Query, SearchMode
from mara.search.model.windows import passages_to_embed
from mara.search.ports import Embedder
from tests.support.memory_index import MemoryIndex

FOLDER = Path(__file__).parents[1] / "data" / "search_quality"
OWNER = UUID(int=1)
CALLER = Principal(OWNER, Role.USER)


@dataclass(frozen=True)
class QualityQuestion:
    """``heading`` is that of the section of ``document`` that answers."""

    question: str
    document: str
    heading: str

    def is_answered_by(self, chunk: Chunk, filename: str) -> bool:
        return (filename, chunk.place.headings[-1]) == (self.document, self.heading)


@cache
def questions() -> tuple[QualityQuestion, ...]:
    found = json.loads((FOLDER / "questions.json").read_text("utf-8"))
    return tuple(QualityQuestion(**item) for item in found)


@cache
def unanswered() -> tuple[str, ...]:
    return tuple(json.loads((FOLDER / "unanswered.json").read_text("utf-8")))


def fill(index: MemoryIndex, embedder: Embedder, paths: Sequence[Path] = ()) -> None:
    """Index these files in Markdown, or the sections of the quality set.

    A document's id is derived from its name, so that runs are alike.
    """
    for path in paths or sorted((FOLDER / "docs").iterdir()):
        document_id = uuid5(OWNER, path.name)
        index.filenames[document_id] = path.name
        blocks = list(read_markdown(path.read_text("utf-8")))
        chunks = cut(document_id, blocks, embedder.count_tokens, embedder.tokens_max)
        texts = [(part, text) for part in chunks for text in passages_to_embed(part, path.name)]
        vectors = embedder.embed_passages([text for _, text in texts])
        parts = [part for part, _ in texts]
        index.replace(OWNER, document_id, list(zip(parts, vectors, strict=True)))


def find(index: MemoryIndex, embedder: Embedder, question: str) -> IndexMatches:
    query = Query(OWNER, question, embedder.embed_query(question), mode=SearchMode.HYBRID)
    return index.find(query)
