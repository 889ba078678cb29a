"""Finding passages in one's own documents, by words and by meaning."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.search.model import Evidence, Hit, Query, SearchMode
from mara.search.ports import Embedder, SearchIndex
from mara.search.service.alignment import evidence_of
from mara.search.service.evidence import AskedQuestion
from mara.search.service.fusion import Fused, fuse
from mara.search.service.reranking import rerank, spread_out


@dataclass(frozen=True, slots=True)
class Findings:
    question: AskedQuestion
    hits: Sequence[Hit]


@dataclass(frozen=True, slots=True)
class SearchService:
    index: SearchIndex
    embedder: Embedder
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
        """The best first; no ``document_ids`` means all of the caller's.

        A document that is gone answers nothing, and is no error here: an agent may still name it.
        """
        hits = self.explore(caller, text, document_ids=document_ids, mode=mode).hits
        return (spread_out(hits) if mode is SearchMode.HYBRID else hits)[:limit]

    def explore(
        self,
        caller: Principal,
        text: str,
        *,
        document_ids: Collection[UUID] = (),
        mode: SearchMode = SearchMode.HYBRID,
    ) -> "Findings":
        """Every hit, best first, with the question as the documents searched weigh its words."""
        semantic = mode is not SearchMode.LEXICAL
        query = Query(
            owner_id=caller.user_id,
            text=text,
            embedding=self.embedder.embed_query(text) if semantic else None,
            document_ids=frozenset(document_ids),
            mode=mode,
        )
        with self.unit_of_work(caller.user_id):
            found = self.index.find(query)
        question = AskedQuestion(text, found.containing, found.chunks)
        ranked = fuse(found, mode)
        if mode is SearchMode.HYBRID:
            ranked = rerank(question, ranked)
        return Findings(question, [_hit(fused) for fused in ranked])

    def evidence(self, findings: "Findings") -> Sequence[Evidence]:
        """What speaks for the best hit as the answer, for the question and each line of it."""
        if not findings.hits:
            return []
        return evidence_of(findings.question, findings.hits[0], self.embedder)


def _hit(fused: Fused) -> Hit:
    found = fused.candidate
    return Hit(
        chunk=found.chunk,
        filename=found.filename,
        score=fused.score,
        lexical=found.lexical,
        semantic=found.semantic,
        coverage=found.coverage,
    )
