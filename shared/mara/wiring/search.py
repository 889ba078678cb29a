"""Assembles search from its production adapters; numpy is loaded at the first text embedded."""

from functools import cache

from mara.documents.adapters.postgres_index import PostgresOwnDocuments, PostgresSearchIndex
from mara.documents.adapters.use import UseEmbedder
from mara.documents.ports import Embedder, SearchIndex
from mara.documents.service.search import SearchService
from mara.platform.database import transaction


@cache
def embedder() -> Embedder:
    return UseEmbedder()


@cache
def search_index() -> SearchIndex:
    return PostgresSearchIndex(embedder().model_id)


@cache
def search_service() -> SearchService:
    return SearchService(search_index(), embedder(), PostgresOwnDocuments(), transaction)
