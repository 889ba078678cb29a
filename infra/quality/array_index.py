"""A search index in arrays: it scores as the PostgreSQL index, over a few thousand chunks.

Any documents can be left out of a query at no cost, which is what a negative needs: a question is
asked once with the document that answers it, and once without.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mara.search.model import (
    POOLING_SHARPNESS,
    Candidate,
    Chunk,
    IndexMatches,
    Query,
    ScoreDistribution,
)
from mara.search.model.bm25 import (
    CORPUS_SIZE_MIN,
    K1,
    idf,
    passage_length,
    query_terms,
    term_frequencies,
)
from mara.search.model.windows import passages_to_embed
from mara.search.ports import CANDIDATES_PER_RETRIEVER, Embedder

if TYPE_CHECKING:
    from uuid import UUID


class ArrayIndex:
    """Implements the part of SearchIndex that answers queries, for one owner."""

    def __init__(self, chunks: Sequence[tuple[Chunk, str]], embedder: Embedder) -> None:
        """``chunks``: each with the file name of its document."""
        import numpy as np

        self._np: Any = np
        self._chunks = chunks
        self._documents = np.array([chunk.document_id.int for chunk, _ in chunks], dtype=object)
        self._lengths = np.zeros(len(chunks))
        postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        texts: list[str] = []
        owners: list[int] = []
        for number, (chunk, filename) in enumerate(chunks):
            frequencies = term_frequencies(chunk, filename)
            self._lengths[number] = passage_length(frequencies)
            for term, frequency in frequencies.items():
                postings[term].append((number, frequency))
            windows = passages_to_embed(chunk, filename)
            texts += windows
            owners += [number] * len(windows)
        self._postings: Mapping[str, tuple[Any, Any]] = {
            term: (np.array([n for n, _ in found]), np.array([f for _, f in found]))
            for term, found in postings.items()
        }
        self._vectors = np.array(embedder.embed_passages(texts), dtype=np.float32)
        self._starts = np.searchsorted(np.array(owners), np.arange(len(chunks)))
        self._counts = np.bincount(np.array(owners), minlength=len(chunks))
        self.left_out: Collection[UUID] = ()

    def find(self, query: Query) -> IndexMatches:
        """The candidates among all documents but those in ``left_out``."""
        np = self._np
        there = ~np.isin(self._documents, [document.int for document in self.left_out])
        lexical, coverage, frequencies = self._lexical(query.text, there)
        semantic = np.where(there, self._semantic(query.embedding), -np.inf)
        best = {*_best(np, np.where(lexical > 0, lexical, -np.inf)), *_best(np, semantic)}
        return IndexMatches(
            candidates=[
                Candidate(
                    *self._chunks[number],
                    float(lexical[number]) if lexical[number] > 0 else None,
                    float(semantic[number]),
                    float(coverage[number]),
                )
                for number in sorted(best)
            ],
            chunk_count=int(there.sum()),
            document_frequencies={term: n for term, n in frequencies.items() if n},
            lexical=_distribution(lexical[there]),
            semantic=_distribution(semantic[there]),
        )

    def _lexical(self, text: str, there: Any) -> tuple[Any, Any, dict[str, int]]:
        np = self._np
        scores, shares = np.zeros(len(there)), np.zeros(len(there))
        count, total = int(there.sum()), 0.0
        lengths = self._lengths / self._lengths[there].mean()
        document_frequencies = {}
        for term in query_terms(text):
            rows, found = self._postings.get(term.term, (np.array([], int), np.array([])))
            kept = there[rows]
            rows, found = rows[kept], found[kept]
            document_frequencies[term.term] = len(rows)
            rarity = idf(len(rows), max(count, CORPUS_SIZE_MIN))
            share = (term.coverage_weight if len(rows) else term.missing_weight) * rarity
            total += share
            shares[rows] += share
            saturation = found + K1 * (1 - term.b + term.b * lengths[rows])
            scores[rows] += term.weight * idf(len(rows), count) * found * (K1 + 1) / saturation
        return scores, shares / (total or 1.0), document_frequencies

    def _semantic(self, embedding: Iterable[float] | None) -> Any:
        np = self._np
        cosines = self._vectors @ np.array(embedding, dtype=np.float32)
        summed = np.add.reduceat(np.exp(POOLING_SHARPNESS * cosines.astype(float)), self._starts)
        return np.log(summed / np.sqrt(self._counts)) / POOLING_SHARPNESS


def _best(np: Any, scores: Any) -> list[int]:
    order = np.argsort(-scores, kind="stable")[:CANDIDATES_PER_RETRIEVER]
    return [int(number) for number in order if scores[number] > -np.inf]


def _distribution(scores: Any) -> ScoreDistribution:
    return (
        ScoreDistribution(float(scores.mean()), float(scores.std()))
        if len(scores)
        else (ScoreDistribution())
    )
