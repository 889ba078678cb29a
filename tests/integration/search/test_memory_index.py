"""The index in memory, which unit tests search, gives what the one in PostgreSQL gives."""

from uuid import UUID

import pytest

from mara.extraction.markdown import read_markdown
from mara.platform.database import transaction
from mara.search.model import IndexMatches, Query, SearchMode
from mara.search.model.windows import passages_to_embed
from mara.wiring.search import embedder, search_index
from tests.support.accounts import make_account
from tests.support.knowledge import learn
from tests.support.memory_index import MemoryIndex
from tests.support.quality import FOLDER

ROUNDING = 2e-3
"""PostgreSQL keeps vectors as halves of floats."""
QUERIES = ["How long are backups kept?", "замена фильтра насоса", "anchor winch", "?"]


@pytest.fixture
def owner(database: str) -> UUID:
    return make_account("anna").id


@pytest.fixture
def memory(owner: UUID) -> MemoryIndex:
    """With the same chunks under the same ids."""
    index = MemoryIndex()
    for path in sorted((FOLDER / "docs").iterdir()):
        document = learn(owner, path.name, list(read_markdown(path.read_text("utf-8"))))
        index.filenames[document.id] = path.name
        with transaction(owner):
            chunks = search_index().read(owner, document.id, after=-1, limit=100)
        texts = [(chunk, text) for chunk in chunks for text in passages_to_embed(chunk, path.name)]
        vectors = embedder().embed_passages([text for _, text in texts])
        embedded = [(chunk, vector) for (chunk, _), vector in zip(texts, vectors, strict=True)]
        index.replace(owner, document.id, embedded)
    return index


def by_chunk(matches: IndexMatches) -> dict[UUID, tuple[float | None, float | None, float]]:
    return {c.chunk.id: (c.lexical, c.semantic, c.coverage) for c in matches.candidates}


@pytest.mark.parametrize("mode", SearchMode)
def test_scores_as_postgresql_does(owner: UUID, memory: MemoryIndex, mode: SearchMode) -> None:
    for text in QUERIES:
        query = Query(owner, text, embedder().embed_query(text), mode=mode)
        with transaction(owner):
            expected = search_index().find(query)
        found = memory.find(query)
        scores = by_chunk(found)
        assert scores.keys() == by_chunk(expected).keys()
        for chunk_id, each in by_chunk(expected).items():
            assert scores[chunk_id] == pytest.approx(each, abs=ROUNDING)
        if expected.candidates:
            assert found.chunk_count == expected.chunk_count
            assert found.document_frequencies == dict(expected.document_frequencies)
            for one, other in (
                (found.lexical, expected.lexical),
                (found.semantic, expected.semantic),
            ):
                assert (one.mean, one.deviation) == pytest.approx(
                    (other.mean, other.deviation), abs=ROUNDING
                )


def test_reads_counts_and_removes_as_postgresql_does(owner: UUID, memory: MemoryIndex) -> None:
    document_id = next(iter(memory.filenames))
    with transaction(owner):
        expected = search_index().read(owner, document_id, after=1, limit=3)
    assert memory.read(owner, document_id, after=1, limit=3) == list(expected)
    assert memory.count(owner, document_id) > 0
    memory.remove(owner, document_id)
    assert memory.count(owner, document_id) == 0
    assert memory.read(owner, document_id, after=-1, limit=1) == []
