"""MARA's search as a LangChain retriever, for chains composed outside of the product."""

from typing import Any
from uuid import UUID

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field, PrivateAttr

from mara.kernel.principal import Principal
from mara.search.model import Hit, SearchMode
from mara.search.service.search import SearchService

LIMIT_DEFAULT = 5
LIMIT_MAX = 100


class SearchRetriever(BaseRetriever):
    """Retrieves passages of the caller's own documents only, the best first.

    No ``document_ids`` means all documents of the caller. A passage's ``metadata`` has the strings
    ``document_id``, ``chunk_id``, ``filename``, ``headings``, ``page``, ``sheet``, ``row`` and the
    ``score`` of search. Raises SearchUnavailable, EmbeddingUnavailable.
    """

    model_config = ConfigDict(frozen=True)

    caller: Principal
    document_ids: tuple[UUID, ...] = ()
    limit: int = Field(default=LIMIT_DEFAULT, ge=1, le=LIMIT_MAX)
    mode: SearchMode = SearchMode.HYBRID
    # Private: the service is no part of what LangChain validates, traces and serializes.
    _search: SearchService = PrivateAttr()

    def __init__(self, search: SearchService, **fields: Any) -> None:
        """Validate the fields, passed by name. Raises pydantic.ValidationError."""
        super().__init__(**fields)
        self._search = search

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - the base class passes it
    ) -> list[LangChainDocument]:
        hits = self._search.search(
            self.caller, query, limit=self.limit, document_ids=self.document_ids, mode=self.mode
        )
        return [_document(hit) for hit in hits]


def _document(hit: Hit) -> LangChainDocument:
    place = hit.chunk.place
    metadata: dict[str, Any] = {
        "document_id": str(hit.chunk.document_id),
        "chunk_id": str(hit.chunk.id),
        "filename": hit.filename,
        "headings": list(place.headings),
        "page": place.page,
        "sheet": place.sheet,
        "row": place.row,
        "score": hit.score,
    }
    return LangChainDocument(page_content=hit.chunk.text, metadata=metadata)
