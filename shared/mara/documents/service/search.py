"""Finding passages in one's own documents, by words and by meaning."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.documents.errors import DocumentNotFound
from mara.documents.model import Hit, Query, SearchMode
from mara.documents.ports import Embedder, OwnDocuments, SearchIndex
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SearchService:
    index: SearchIndex
    embedder: Embedder
    documents: OwnDocuments
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
        semantic = mode is not SearchMode.LEXICAL
        query = Query(
            owner_id=caller.user_id,
            text=text,
            embedding=self.embedder.embed_query(text) if semantic else None,
            limit=limit,
            document_ids=frozenset(document_ids),
            mode=mode,
        )
        with self.unit_of_work(caller.user_id):
            return self.index.search(query)

    def check_own(self, caller: Principal, document_ids: Collection[UUID]) -> None:
        """Raises DocumentNotFound, which names those that are not the caller's."""
        if not document_ids:
            return
        with self.unit_of_work(caller.user_id):
            unknown = self.documents.unknown(caller.user_id, document_ids)
        if unknown:
            names = sorted(str(document_id) for document_id in unknown)
            raise DocumentNotFound(f"Not among yours: {', '.join(names)}.", document_ids=names)
