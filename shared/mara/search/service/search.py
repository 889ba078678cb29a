"""Searching the caller's documents: retrieve, fuse, rerank."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.search.model import Chunk, Evidence, Hit, Query, RankedCandidate, SearchMode
from mara.search.model.alert_text import AlertText
from mara.search.model.asking import asked_codes, asks_for_fact, naming_sentences
from mara.search.model.long_alert import shortened
from mara.search.model.matching import QueryAnalysis
from mara.search.model.naming import subject_of
from mara.search.model.neighbours import only_neighbours
from mara.search.ports import Embedder, Reranker, SearchIndex
from mara.search.service.evidence import collect_evidence
from mara.search.service.exactness import CodeMatches, match_codes, text_of
from mara.search.service.fusion import fuse
from mara.search.service.naming import split_named
from mara.search.service.reranking import FeatureReranker, append_tail, diversify
from mara.search.service.result import SearchResult

EXACT_MAX = 3
"""If more passages have a code, it does not identify one of them."""


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
        text = shortened(text)
        alert = AlertText.read(text)
        semantic = mode is not SearchMode.LEXICAL
        query = Query(
            owner_id=caller.user_id,
            text=alert.text,
            embedding=self.embedder.embed_query(alert.text) if semantic else None,
            document_ids=frozenset(document_ids),
            mode=mode,
        )
        with self.unit_of_work(caller.user_id):
            matches = self.index.find(query)
        analysis = QueryAnalysis(alert.text, matches.document_frequencies, matches.chunk_count)
        ranked = fuse(matches, mode)
        if mode is not SearchMode.HYBRID:
            return SearchResult(analysis, [_hit(each) for each in ranked])
        return self._ordered(text, alert, analysis, ranked)

    def _ordered(
        self, text: str, alert: AlertText, query: QueryAnalysis, ranked: Sequence[RankedCandidate]
    ) -> SearchResult:
        """The candidates that the question names first, or those that have its codes."""
        subject = subject_of(alert.text, alert.name)
        for_fact = not alert.structured and asks_for_fact(text)
        named, others = split_named(alert.text, subject, ranked)
        if named:
            hits = self._rerank(query, named, others)
            return SearchResult(query, hits, named=len(named), subject=subject, for_fact=for_fact)
        codes = () if alert.structured else asked_codes(text)
        matched = match_codes(codes, ranked) if codes else CodeMatches((), ranked, ())
        asked = () if alert.structured else naming_sentences(text)
        return SearchResult(
            query,
            self._rerank(query, matched.exact, matched.others),
            exact=len(matched.exact),
            absent=[*matched.absent, *only_neighbours(asked, map(text_of, ranked))],
            subject=subject,
            for_fact=for_fact,
        )

    def read_around(
        self, caller: Principal, chunk: Chunk, *, before: int, after: int
    ) -> Sequence[Chunk]:
        """The passage and its neighbours in the same document, in reading order.

        At most ``before`` passages before it and ``after`` ones after it. Empty if the document was
        deleted meanwhile. Raises SearchUnavailable.
        """
        start = max(0, chunk.ordinal - before)
        with self.unit_of_work(caller.user_id):
            return self.index.read(
                caller.user_id,
                chunk.document_id,
                after=start - 1,
                limit=chunk.ordinal - start + 1 + after,
            )

    def evidence(self, result: SearchResult) -> Evidence | None:
        """Evidence that the first hit answers the query; ``None`` without a hit."""
        if not result.hits:
            return None
        decided = Evidence(
            named=result.is_named,
            of_another=result.is_of_another,
            absent=result.absent,
            exact=0 < result.exact <= EXACT_MAX,
        )
        if decided.is_decided:
            return decided
        found = collect_evidence(result.query, result.hits, self.embedder, for_fact=result.for_fact)
        return replace(found, about_identifier=result.subject is not None)

    def _rerank(
        self,
        query: QueryAnalysis,
        first: Sequence[RankedCandidate],
        others: Sequence[RankedCandidate],
    ) -> list[Hit]:
        """Rerank each part alone, so that all of ``first`` stay before ``others``.

        A model reads one part: what follows the passages that are named is ordered by features.
        """
        head = self.reranker.rerank(query, first)
        rest = FeatureReranker() if head else self.reranker
        return [_hit(each) for each in append_tail(head, rest.rerank(query, others))]


def _hit(ranked: RankedCandidate) -> Hit:
    found = ranked.candidate
    return Hit(
        chunk=found.chunk,
        filename=found.filename,
        score=ranked.score,
        lexical=found.lexical,
        semantic=found.semantic,
        coverage=found.coverage,
        by_shared_titles=ranked.by_shared_titles,
    )
