"""The index in arrays scores as the one that is compared with PostgreSQL."""

from uuid import uuid5

import pytest

from infra.quality.array_index import ArrayIndex
from mara.search.adapters.use import UseEmbedder
from mara.search.model import IndexMatches
from tests.support.memory_index import MemoryIndex
from tests.support.quality import FOLDER, OWNER, fill, find, questions


@pytest.fixture(scope="module")
def memory() -> MemoryIndex:
    index = MemoryIndex()
    fill(index, UseEmbedder())
    return index


@pytest.fixture(scope="module")
def arrays(memory: MemoryIndex) -> ArrayIndex:
    chunks = [
        (chunk, name)
        for document_id, name in memory.filenames.items()
        for chunk in memory.read(OWNER, document_id, after=-1, limit=1000)
    ]
    return ArrayIndex(chunks, UseEmbedder())


def scores(found: IndexMatches) -> dict[object, tuple[float, float, float]]:
    return {
        each.chunk.id: (each.lexical or 0.0, each.semantic or 0.0, each.coverage)
        for each in found.candidates
    }


def assert_alike(arrays: ArrayIndex, memory: MemoryIndex, question: str) -> None:
    found = find(arrays, UseEmbedder(), question)  # type: ignore[arg-type]
    wanted = find(memory, UseEmbedder(), question)
    assert scores(found).keys() == scores(wanted).keys()
    for key, values in scores(wanted).items():
        assert scores(found)[key] == pytest.approx(values, abs=1e-4)
    assert found.chunk_count == wanted.chunk_count
    assert found.document_frequencies == wanted.document_frequencies
    for mine, theirs in ((found.lexical, wanted.lexical), (found.semantic, wanted.semantic)):
        assert (mine.mean, mine.deviation) == pytest.approx(
            (theirs.mean, theirs.deviation), abs=1e-4
        )


@pytest.mark.parametrize("question", [each.question for each in questions()[:6]])
def test_scores_as_the_index_in_memory(
    arrays: ArrayIndex, memory: MemoryIndex, question: str
) -> None:
    arrays.left_out = []
    assert_alike(arrays, memory, question)


def test_scores_as_if_what_is_left_out_had_never_been_there(
    arrays: ArrayIndex, memory: MemoryIndex
) -> None:
    gone = uuid5(OWNER, min(path.name for path in (FOLDER / "docs").iterdir()))
    arrays.left_out = [gone]
    kept = {chunk.id: chunk for chunk in memory.read(OWNER, gone, after=-1, limit=1000)}
    smaller = MemoryIndex()
    fill(smaller, UseEmbedder())
    smaller.remove(OWNER, gone)
    assert kept
    assert_alike(arrays, smaller, questions()[0].question)
