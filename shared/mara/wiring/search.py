"""Assembles search from its production adapters; numpy is loaded at the first text embedded."""

from functools import cache

from mara.documents.adapters.postgres_index import PostgresOwnDocuments, PostgresSearchIndex
from mara.documents.adapters.use import UseEmbedder
from mara.documents.model import VectorSpace
from mara.documents.ports import Embedder, SearchIndex
from mara.documents.service.search import SearchService
from mara.platform.database import transaction
from mara.platform.settings import SearchSettings


@cache
def embedder() -> Embedder:
    return UseEmbedder()


@cache
def search_index() -> SearchIndex:
    settings = SearchSettings()  # type: ignore[call-arg]  # from the environment
    if settings.search == "postgres":
        return PostgresSearchIndex(embedder().model_id)
    from mara.documents.adapters.opensearch_index import OpenSearchIndex

    space = VectorSpace(embedder().model_id, embedder().dimensions)
    return OpenSearchIndex(space, settings.opensearch_prefix)


@cache
def search_service() -> SearchService:
    return SearchService(search_index(), embedder(), PostgresOwnDocuments(), transaction)
