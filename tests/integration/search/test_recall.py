"""How many of the truly nearest passages an index brings, measured against brute force."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from mara.documents.adapters.postgres import PostgresDocuments
from mara.extraction.model import Place
from mara.platform.database import transaction
from mara.search.adapters.opensearch_index import OpenSearchIndex
from mara.search.adapters.opensearch_queries import EXACT_CHUNKS_MAX
from mara.search.adapters.postgres_index import PostgresSearchIndex
from mara.search.model import POOLING_SHARPNESS, Chunk, Query, SearchMode, VectorSpace
from mara.search.ports import SearchIndex
from mara.search.service.fusion import fuse
from tests.support.accounts import make_account
from tests.support.knowledge import a_document

pytestmark = [pytest.mark.usefixtures("index"), pytest.mark.xdist_group("opensearch")]

SPACE = VectorSpace("random/1", 64)
VECTORS_A_CHUNK = 2
CHUNKS_A_DOCUMENT = 300
TOPICS = 150
WANTED, QUESTIONS = 10, 40

# PostgreSQL keeps halves of floats: what is nearer by less than they tell may stand either way.
ROUNDING = {"postgres": 2e-3, "opensearch": 1e-5}

Vectors = np.ndarray[Any, np.dtype[np.float64]]


@pytest.fixture
def search_index(index: str, request: pytest.FixtureRequest) -> SearchIndex:
    if index == "postgres":
        return PostgresSearchIndex(SPACE.model_id)
    return OpenSearchIndex(SPACE, request.getfixturevalue("opensearch"))


@dataclass(frozen=True)
class Passages:
    """``vectors`` has a row a chunk."""

    owner_id: UUID
    chunk_ids: list[UUID]
    document_ids: list[UUID]
    vectors: Vectors

    def nearness(self, question: Vectors) -> dict[UUID, float]:
        cosines = self.vectors @ question
        summed = np.exp(POOLING_SHARPNESS * cosines).sum(axis=1)
        pooled = np.log(summed / np.sqrt(VECTORS_A_CHUNK)) / POOLING_SHARPNESS
        return dict(zip(self.chunk_ids, pooled.tolist(), strict=True))


def unit(vectors: Vectors) -> Vectors:
    scaled: Vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return scaled


def around_topics(chance: np.random.Generator, *shape: int) -> Vectors:
    """Directions in clusters, as texts on few topics have."""
    topics = np.random.default_rng(7).normal(size=(TOPICS, SPACE.dimensions))
    drawn = topics[chance.integers(TOPICS, size=shape)]
    return unit(drawn + 0.6 * chance.normal(size=(*shape, SPACE.dimensions)))


def fill(index: SearchIndex, owner_id: UUID, chunks: int, seed: int) -> Passages:
    vectors = around_topics(np.random.default_rng(seed), chunks, VECTORS_A_CHUNK)
    ids, document_ids = [], []
    for start in range(0, chunks, CHUNKS_A_DOCUMENT):
        part = vectors[start : start + CHUNKS_A_DOCUMENT]
        document = replace(a_document(owner_id, f"{seed}-{start}.txt"), chunks=len(part))
        made = [
            Chunk(Chunk.id_for(document.id, n), document.id, n, f"Passage {n}", Place())
            for n in range(len(part))
        ]
        pairs = [
            (chunk, vector.tolist())
            for chunk, own in zip(made, part, strict=True)
            for vector in own
        ]
        with transaction(owner_id):
            PostgresDocuments().add(document)
            index.replace(owner_id, document.id, pairs)
        ids += [chunk.id for chunk in made]
        document_ids.append(document.id)
    return Passages(owner_id, ids, document_ids, vectors)


def recall(index: SearchIndex, among: Passages, rounding: float, **parts: Any) -> float:
    """The share of the WANTED nearest that were found, of all QUESTIONS."""
    found = 0
    questions = around_topics(np.random.default_rng(99), QUESTIONS)
    for n in range(QUESTIONS):
        question: Vectors = questions[n]
        nearness = among.nearness(question)
        query = Query(
            among.owner_id, "", list(map(float, question)), mode=SearchMode.SEMANTIC, **parts
        )
        with transaction(among.owner_id):
            hits = fuse(index.find(query), SearchMode.SEMANTIC)[:WANTED]
        least = sorted(nearness.values(), reverse=True)[WANTED - 1] - rounding
        assert len({hit.candidate.chunk.id for hit in hits}) == WANTED
        found += sum(nearness[hit.candidate.chunk.id] >= least for hit in hits)
    return found / (WANTED * QUESTIONS)


class TestRecall:
    def test_is_complete_in_a_knowledge_base_of_usual_size(
        self, index: str, search_index: SearchIndex
    ) -> None:
        passages = fill(search_index, make_account().id, 2_000, seed=1)
        assert recall(search_index, passages, ROUNDING[index]) == 1.0

    @pytest.mark.proof
    def test_is_nearly_complete_in_a_large_one_and_complete_for_a_small_neighbour(
        self, index: str, search_index: SearchIndex
    ) -> None:
        """Invariant 13: a tenant of 3 % of the index gets full pages, of its own alone."""
        large = fill(search_index, make_account("anna").id, EXACT_CHUNKS_MAX + 1_700, seed=2)
        small = fill(search_index, make_account("boris").id, 360, seed=3)
        assert recall(search_index, large, ROUNDING[index]) >= 0.99
        assert recall(search_index, small, ROUNDING[index]) == 1.0

        part = replace(
            large,
            chunk_ids=large.chunk_ids[:CHUNKS_A_DOCUMENT],
            vectors=large.vectors[:CHUNKS_A_DOCUMENT],
        )
        named = frozenset(large.document_ids[:1])
        assert recall(search_index, part, ROUNDING[index], document_ids=named) == 1.0

    @pytest.mark.proof
    def test_tells_the_spread_of_meaning_from_a_sample_of_a_large_one(
        self, index: str, search_index: SearchIndex
    ) -> None:
        large = fill(search_index, make_account().id, EXACT_CHUNKS_MAX + 500, seed=4)
        question: Vectors = around_topics(np.random.default_rng(5), 1)[0]
        scores = np.array(list(large.nearness(question).values()))
        query = Query(large.owner_id, "", list(map(float, question)), mode=SearchMode.SEMANTIC)
        with transaction(large.owner_id):
            spread = search_index.find(query).semantic
        # Of a thousand drawn, five standard errors.
        assert spread.mean == pytest.approx(scores.mean(), abs=0.16 * scores.std())
        assert spread.deviation == pytest.approx(scores.std(), rel=0.12)
