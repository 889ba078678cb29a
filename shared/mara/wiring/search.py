"""Assembles search from its production adapters; numpy is loaded at the first text embedded."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from mara.platform.database import transaction
from mara.platform.settings.embedder import EmbedderSettings
from mara.platform.settings.search import SearchSettings
from mara.search.adapters.active_index import EmbedderInUse, Following, IndexInUse, MakeIndex
from mara.search.adapters.postgres_index import PostgresSearchIndex
from mara.search.adapters.use import UseEmbedder
from mara.search.model import EmbeddingModel, Engine, IndexIdentity, VectorSpace
from mara.search.ports import BuildableIndex, Embedder, SearchIndex
from mara.search.service.search import SearchService

if TYPE_CHECKING:
    from mara.search.service.reindexing import ReindexingService


@cache
def configured_embedder() -> Embedder:
    """What a new installation begins with, and a reindex goes over to."""
    settings = EmbedderSettings()
    if settings.embedder == "use":
        return UseEmbedder()
    model = EmbeddingModel(
        name=settings.embedder_model,
        dimensions=settings.embedder_dimensions,
        tokens_max=settings.embedder_tokens_max,
        query_prefix=settings.embedder_query_prefix,
        passage_prefix=settings.embedder_passage_prefix,
    )
    if settings.embedder == "ollama":
        from mara.search.adapters.ollama_embedder import OllamaEmbedder

        return OllamaEmbedder(settings.embedder_url, model)
    from mara.search.adapters.sentence_transformers import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(model)


def embedders_at_hand() -> Sequence[Embedder]:
    """The one configured, and the one that is always there: till a reindex ends, the other one
    answers.
    """
    return (configured_embedder(), UseEmbedder())


@cache
def embedder() -> Embedder:
    return EmbedderInUse(following())


@cache
def search_index() -> SearchIndex:
    return IndexInUse(following())


@cache
def search_service() -> SearchService:
    return SearchService(search_index(), embedder(), transaction)


@cache
def following() -> Following:
    models = {model.model_id: model for model in embedders_at_hand()}
    return Following(identity=configured_index(), engines=engines(), embedders=models)


@cache
def reindexing_service() -> "ReindexingService":
    from mara.search.adapters.postgres_builds import PostgresIndexBuilds
    from mara.search.service.reindexing import ReindexingService

    target = configured_index()
    return ReindexingService(
        in_use=search_index(),
        identity=target,
        target=engines()[target.engine](target.space),
        engines=[make(target.space) for make in engines().values()],
        embedder=configured_embedder(),
        builds=PostgresIndexBuilds(),
        unit_of_work=transaction,
    )


def configured_index() -> IndexIdentity:
    settings = SearchSettings()  # type: ignore[call-arg]  # from the environment
    model = configured_embedder()
    return IndexIdentity(Engine(settings.search), VectorSpace(model.model_id, model.dimensions))


@cache
def engines() -> Mapping[Engine, MakeIndex]:
    """Those within reach: OpenSearch where its URL is known, whichever is in use."""
    settings = SearchSettings()  # type: ignore[call-arg]  # from the environment

    @cache
    def in_postgres(space: VectorSpace) -> BuildableIndex:
        return PostgresSearchIndex(space.model_id)

    @cache
    def in_opensearch(space: VectorSpace) -> BuildableIndex:
        from mara.search.adapters.opensearch_index import OpenSearchIndex

        return OpenSearchIndex(space, settings.opensearch_prefix)

    if not settings.opensearch_url:
        return {Engine.POSTGRES: in_postgres}
    return {Engine.POSTGRES: in_postgres, Engine.OPENSEARCH: in_opensearch}
