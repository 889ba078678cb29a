"""Searching the caller's documents: retrieve, fuse, rerank."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.search.model import Chunk, Evidence, Hit, Query, RankedCandidate, SearchMode
from mara.search.model.alert_text import AlertText
from mara.search.model.asking import asked_codes
from mara.search.model.long_alert import shortened
from mara.search.model.matching import QueryAnalysis
from mara.search.model.naming import is_of_another, mentions, subject_of
from mara.search.model.windows import title_of, titles_of
from mara.search.ports import Embedder, Reranker, SearchIndex
from mara.search.service.evidence import collect_evidence
from mara.search.service.exactness import CodeMatches, match_codes
from mara.search.service.fusion import fuse
from mara.search.service.naming import split_named
from mara.search.service.reranking import FeatureReranker, append_tail, diversify

EXACT_MAX = 3
"""If more passages have a code, it does not identify one of them."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """All hits, best first, and the query as the corpus searched weights its words.

    The first ``named`` hits are under a title that the question says in full; the first ``exact``
    hits have the codes asked for, of which those in ``absent`` are nowhere. ``subject`` is the
    identifier that the question is about.
    """

    query: QueryAnalysis
    hits: Sequence[Hit]
    named: int = 0
    exact: int = 0
    absent: Sequence[str] = ()
    subject: str | None = None

    @property
    def answering(self) -> Sequence[Hit]:
        """The hits that may answer: those that the question names, if it names any."""
        return self.hits[: self.named or self.exact or None]

    def keeping(self, hits: Sequence[Hit]) -> "SearchResult":
        """The result with these of its hits alone."""
        kept = {hit.chunk.id for hit in hits}
        named = sum(hit.chunk.id in kept for hit in self.hits[: self.named])
        exact = sum(hit.chunk.id in kept for hit in self.hits[: self.exact])
        return replace(self, hits=hits, named=named, exact=exact)

    @property
    def unknown(self) -> str | None:
        """The identifier that the question is about, if no hit mentions it."""
        if self.subject is None or self.named:
            return None
        texts = (f"{title_of(hit.chunk, hit.filename)}\n{hit.chunk.text}" for hit in self.hits)
        return None if mentions(self.subject, texts) else self.subject

    @property
    def is_of_another(self) -> bool:
        """Whether the first hit is under another identifier than the one asked about."""
        if self.subject is None or self.named or not self.hits:
            return False
        best = self.hits[0]
        return is_of_another(self.subject, titles_of(best.chunk, best.filename))


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
        subject = subject_of(alert.text, alert.name)
        named, others = split_named(alert.text, subject, ranked)
        if named:
            hits = self._rerank(analysis, named, others)
            return SearchResult(analysis, hits, named=len(named), subject=subject)
        codes = () if alert.structured else asked_codes(text)
        matched = match_codes(codes, ranked) if codes else CodeMatches((), ranked, ())
        hits = self._rerank(analysis, matched.exact, matched.others)
        exact, absent = len(matched.exact), matched.absent
        return SearchResult(analysis, hits, exact=exact, absent=absent, subject=subject)

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
            named=result.named > 0,
            of_another=result.is_of_another,
            absent=result.absent,
            exact=0 < result.exact <= EXACT_MAX,
        )
        if decided.is_decided:
            return decided
        query = result.query
        found = collect_evidence(query.gist, result.hits[0], query.chunk_count, self.embedder)
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
    )
