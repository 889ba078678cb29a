"""Searching the caller's documents: retrieve, fuse, rerank."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.search.model import Evidence, Hit, Query, RankedCandidate, SearchMode
from mara.search.model.matching import QueryAnalysis
from mara.search.ports import Embedder, Reranker, SearchIndex
from mara.search.service.evidence import collect_evidence
from mara.search.service.fusion import fuse
from mara.search.service.reranking import diversify


@dataclass(frozen=True, slots=True)
class SearchResult:
    """All hits, best first, and the query as the corpus searched weights its words."""

    query: QueryAnalysis
    hits: Sequence[Hit]


@dataclass(frozen=True, slots=True)
class SearchService:
    """Finds passages by words and by meaning."""

    index: SearchIndex
    embedder: Embedder
    reranker: Reranker
    unit_of_work: UnitOfWork

    def search(
        self,
        caller: Principal,
        text: str,
        *,
        limit: int,
        document_ids: Collection[UUID] = (),
        mode: SearchMode = SearchMode.HYBRID,
    ) -> Sequence[Hit]:
        """The best ``limit`` hits; no ``document_ids`` means all documents of the caller.

        A deleted document yields no hits and no error, since an agent may still refer to it.
        Raises SearchUnavailable, EmbeddingUnavailable.
        """
        hits = self.retrieve(caller, text, document_ids=document_ids, mode=mode).hits
        return (diversify(hits) if mode is SearchMode.HYBRID else hits)[:limit]

    def retrieve(
        self,
        caller: Principal,
        text: str,
        *,
        document_ids: Collection[UUID] = (),
        mode: SearchMode = SearchMode.HYBRID,
    ) -> SearchResult:
        """Every hit, best first. Raises SearchUnavailable, EmbeddingUnavailable."""
        semantic = mode is not SearchMode.LEXICAL
        query = Query(
            owner_id=caller.user_id,
            text=text,
            embedding=self.embedder.embed_query(text) if semantic else None,
            document_ids=frozenset(document_ids),
            mode=mode,
        )
        with self.unit_of_work(caller.user_id):
            matches = self.index.find(query)
        analysis = QueryAnalysis(text, matches.document_frequencies, matches.chunk_count)
        ranked = fuse(matches, mode)
        if mode is SearchMode.HYBRID:
            ranked = self.reranker.rerank(analysis, ranked)
        return SearchResult(analysis, [_hit(each) for each in ranked])

    def evidence(self, result: SearchResult) -> Sequence[Evidence]:
        """Evidence that the best hit answers the query, for the whole and for each line of it."""
        if not result.hits:
            return []
        return collect_evidence(result.query, result.hits[0], self.embedder)


def _hit(ranked: RankedCandidate) -> Hit:
    found = ranked.candidate
    return Hit(
        chunk=found.chunk,
        filename=found.filename,
        score=ranked.score,
        lexical=found.lexical,
        semantic=found.semantic,
        coverage=found.coverage,
    )
