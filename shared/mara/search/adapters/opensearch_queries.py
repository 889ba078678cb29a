"""Request bodies for OpenSearch, whose scores equal those of the index in PostgreSQL.

BM25 is computed in a script and not by the field's similarity, whose idf and average length are
those of all tenants together: the order of one owner's chunks would depend on other owners' and
reveal something about them. Term frequencies come from the inverted index. Both scores are exact;
in large collections the semantic candidates are found by HNSW.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mara.search.model import POOLING_SHARPNESS, Query, ScoreDistribution, SearchMode
from mara.search.model.bm25 import CORPUS_SIZE_MIN, K1, QueryTerm, idf, query_terms
from mara.search.ports import CANDIDATES_PER_RETRIEVER

Body = dict[str, Any]

EXACT_CHUNKS_MAX = 10_000
"""Up to this many chunks every vector is compared; beyond it, candidates come from HNSW."""

NEIGHBOURS = 2 * CANDIDATES_PER_RETRIEVER
"""Chunks requested from HNSW by their nearest vector; pooling all vectors changes the order."""

EF_SEARCH = NEIGHBOURS
"""Size of the candidate list of HNSW: recall was 1.000 over 12 000 chunks."""

SAMPLE = 1_000
"""Size of the sample that estimates the semantic distribution where not every chunk is compared:
its standard error is two percent of the deviation."""

LEXICAL = """
    double score = 0;
    double length = doc['length'].value / params.average_length;
    for (int i = 0; i < params.terms.length; i++) {
        double found = termFreq('terms', params.terms[i]);
        if (found > 0) {
            double b = params.bs[i];
            score += params.weights[i] * found * (params.k1 + 1)
                / (found + params.k1 * (1 - b + b * length));
        }
    }
    return score;
"""
SIMILARITY = """
    return Math.exp(params.sharpness * cosineSimilarity(params.vector, doc['vectors.embedding']));
"""
LIFT = 2.0
"""Added to semantic scores: OpenSearch rejects negative scores, and the minimum is -1.04."""
POOLED = """
    return params.lift
        + Math.log(_score / Math.sqrt((double) doc['vector_count'].value)) / params.sharpness;
"""


@dataclass(frozen=True, slots=True)
class WeightedTerm:
    """A term that was found, with its BM25 weight and its share of the coverage."""

    asked: QueryTerm
    weight: float
    share: float


@dataclass(frozen=True, slots=True)
class SearchScope:
    """One owner's searchable chunks, and the query."""

    owner_id: UUID
    document_ids: Collection[UUID]
    terms: Sequence[QueryTerm]
    embedding: Sequence[float] | None

    @classmethod
    def by(cls, query: Query, document_ids: Collection[UUID]) -> "SearchScope":
        """The scope of a query over these documents."""
        terms = [] if query.mode is SearchMode.SEMANTIC else query_terms(query.text)
        embedding = None if query.mode is SearchMode.LEXICAL else query.embedding
        return cls(query.owner_id, document_ids, terms, embedding)

    @property
    def filter(self) -> list[Body]:
        """Part of every clause, so that nothing else is scored."""
        return [
            {"term": {"owner_id": str(self.owner_id)}},
            {"terms": {"document_id": sorted(str(each) for each in self.document_ids)}},
        ]

    def census(self) -> Body:
        """The request for the number of chunks, their average length and document frequencies."""
        holding = {asked.term: {"term": {"terms": asked.term}} for asked in self.terms}
        counts: Body = {"length": {"avg": {"field": "length"}}}
        if holding:
            counts["terms"] = {"filters": {"filters": holding}}
        return {
            "size": 0,
            "track_total_hits": True,
            "query": {"bool": {"filter": self.filter}},
            "aggs": counts,
        }


@dataclass(frozen=True, slots=True)
class CorpusStatistics:
    """The answer to SearchScope.census: document frequencies, and the average length."""

    chunks: int
    average_length: float
    document_frequencies: Mapping[str, int]

    @classmethod
    def of(cls, answer: Body) -> "CorpusStatistics":
        """Parse the answer."""
        counts = answer["aggregations"]
        found = counts["terms"]["buckets"] if "terms" in counts else {}
        return cls(
            chunks=answer["hits"]["total"]["value"],
            average_length=counts["length"]["value"] or 1.0,
            document_frequencies={t: b["doc_count"] for t, b in found.items() if b["doc_count"]},
        )

    def weighed(self, terms: Sequence[QueryTerm]) -> list[WeightedTerm]:
        """The terms that were found; shares are relative to all terms of the query."""
        total = sum(self._share(asked) for asked in terms)
        return [
            WeightedTerm(
                asked,
                asked.weight * self._idf(asked.term, self.chunks),
                self._share(asked) / total if total else 0.0,
            )
            for asked in terms
            if asked.term in self.document_frequencies
        ]

    def _share(self, asked: QueryTerm) -> float:
        share = (
            asked.coverage_weight
            if asked.term in self.document_frequencies
            else asked.missing_weight
        )
        return share * self._idf(asked.term, max(self.chunks, CORPUS_SIZE_MIN))

    def _idf(self, term: str, chunks: int) -> float:
        return idf(self.document_frequencies.get(term, 0), chunks)


@dataclass(frozen=True, slots=True)
class ScoringClauses:
    """The scoring clauses: lexical, coverage, semantic."""

    searched: SearchScope
    census: CorpusStatistics

    @property
    def weighed(self) -> list[WeightedTerm]:
        """The terms of the query that were found, with weights."""
        return self.census.weighed(self.searched.terms)

    @property
    def is_exact(self) -> bool:
        """Whether every vector is compared."""
        return self.census.chunks <= EXACT_CHUNKS_MAX

    def lexical(self, among: Sequence[Body] = ()) -> Body | None:
        """BM25; None where no term was found."""
        weighed = self.weighed
        if not weighed:
            return None
        terms = [each.asked.term for each in weighed]
        parameters = {
            "terms": terms,
            "weights": [each.weight for each in weighed],
            "bs": [each.asked.b for each in weighed],
            "k1": K1,
            "average_length": self.census.average_length,
        }
        holding = {"terms": {"terms": terms}}
        inner = {"bool": {"filter": [*self.searched.filter, *among, holding]}}
        return {
            "script_score": {"query": inner, "script": {"source": LEXICAL, "params": parameters}}
        }

    def coverage(self, among: Sequence[Body]) -> Body:
        """Matches all of ``among``; the score is the coverage of the query."""
        shares = [
            {
                "constant_score": {
                    "filter": {"term": {"terms": each.asked.term}},
                    "boost": each.share,
                }
            }
            for each in self.weighed
            if each.share > 0
        ]
        return {
            "bool": {
                "filter": [*self.searched.filter, *among],
                "should": shares,
                "minimum_should_match": 0,
            }
        }

    def semantic(self, among: Sequence[Body] = ()) -> Body | None:
        """The pooled cosine of each chunk (see model.Candidate), plus LIFT."""
        vector = self.searched.embedding
        if vector is None:
            return None
        similarity = {
            "source": SIMILARITY,
            "params": {"vector": list(vector), "sharpness": POOLING_SHARPNESS},
        }
        every = {"script_score": {"query": {"match_all": {}}, "script": similarity}}
        summed = {"nested": {"path": "vectors", "score_mode": "sum", "query": every}}
        inner = {"bool": {"filter": [*self.searched.filter, *among], "must": [summed]}}
        pooled = {"source": POOLED, "params": {"sharpness": POOLING_SHARPNESS, "lift": LIFT}}
        return {"script_score": {"query": inner, "script": pooled}}

    def neighbours(self) -> Body:
        """Nearest neighbours by HNSW, with the filter inside: so small tenants lose none."""
        near = {
            "vector": list(self.searched.embedding or ()),
            "k": NEIGHBOURS,
            "filter": {"bool": {"filter": self.searched.filter}},
            "method_parameters": {"ef_search": EF_SEARCH},
        }
        return {
            "nested": {
                "path": "vectors",
                "score_mode": "max",
                "query": {"knn": {"vectors.embedding": near}},
            }
        }

    def sampled(self) -> Body:
        """As semantic, for a fixed sample of the chunks."""
        drawn: Body = {"range": {"draw": {"lt": SAMPLE / self.census.chunks}}}
        return self.semantic([drawn]) or {"match_none": {}}


def best(clause: Body, size: int = CANDIDATES_PER_RETRIEVER) -> Body:
    """The best hits, ties broken by id, and the statistics of all scores."""
    return {
        "size": size,
        "query": clause,
        "_source": False,
        "sort": [{"_score": "desc"}, {"chunk_id": "asc"}],
        "track_total_hits": False,
        "aggs": {"scores": {"extended_stats": {"script": "_score"}}},
    }


def scores(clause: Body, size: int, source: Sequence[str] = ()) -> Body:
    """The scores of all hits."""
    return {
        "size": size,
        "query": clause,
        "_source": list(source) or False,
        "track_total_hits": False,
    }


def distribution_of(answer: Body, chunks: int, lift: float = 0.0) -> ScoreDistribution:
    """Over ``chunks`` chunks: those that were not found have the score 0."""
    if chunks == 0:
        return ScoreDistribution()
    statistics = answer["aggregations"]["scores"]
    mean = statistics["sum"] / chunks
    squares = (statistics["sum_of_squares"] or 0.0) / chunks
    return ScoreDistribution(mean - lift, math.sqrt(max(squares - mean * mean, 0.0)))
