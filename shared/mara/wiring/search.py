"""Assembles search from its production adapters; numpy is loaded with the first text embedded."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from mara.platform.database import transaction
from mara.platform.settings.embedder import EmbedderSettings
from mara.platform.settings.search import SearchSettings
from mara.search.adapters.active_index import ActiveEmbedder, ActiveIndexRouter, IndexFactory
from mara.search.adapters.postgres_index import PostgresSearchIndex
from mara.search.adapters.use import UseEmbedder
from mara.search.model import EmbeddingModel, Engine, IndexIdentity, VectorSpace
from mara.search.ports import BuildableIndex, Embedder, Reranker, SearchIndex
from mara.search.service.reranking import FeatureReranker
from mara.search.service.search import SearchService

if TYPE_CHECKING:
    from mara.search.service.reindexing import ReindexingService


@cache
def configured_embedder() -> Embedder:
    """The model of a new installation, and of the index that a reindex builds."""
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


def available_embedders() -> Sequence[Embedder]:
    """The configured model and the built-in one, which serves queries until a reindex ends."""
    return (configured_embedder(), UseEmbedder())


@cache
def reranker() -> Reranker:
    """The configured reranker."""
    from mara.platform.settings.reranker import RerankerSettings

    settings = RerankerSettings()
    if settings.reranker == "features":
        return FeatureReranker()
    if settings.reranker == "ollama":
        from mara.search.adapters.ollama_judge import OllamaJudge
        from mara.search.adapters.ollama_reranker import OllamaReranker

        model = settings.reranker_model or settings.language_model
        limits = (settings.context_tokens, settings.reranker_timeout_s)
        return OllamaReranker(OllamaJudge(settings.ollama_url, model, *limits))
    from mara.search.adapters.sentence_transformers import CrossEncoderReranker

    return CrossEncoderReranker(settings.reranker_model)


@cache
def active_index() -> ActiveIndexRouter:
    """The router to the active index."""
    embedders = {model.model_id: model for model in available_embedders()}
    return ActiveIndexRouter(configured_index(), engines(), embedders)


@cache
def embedder() -> Embedder:
    """The embedding model of the active index."""
    return ActiveEmbedder(active_index())


def search_index() -> SearchIndex:
    """The active index."""
    return active_index()


@cache
def search_service() -> SearchService:
    """Search over the active index."""
    return SearchService(search_index(), embedder(), reranker(), transaction)


@cache
def reindexing_service() -> "ReindexingService":
    """Reindexing from the active index to the configured one."""
    from mara.search.adapters.postgres_builds import PostgresIndexBuilds
    from mara.search.service.reindexing import ReindexingService

    target = configured_index()
    return ReindexingService(
        active=search_index(),
        identity=target,
        target=engines()[target.engine](target.space),
        engines=[make(target.space) for make in engines().values()],
        embedder=configured_embedder(),
        builds=PostgresIndexBuilds(),
        unit_of_work=transaction,
    )


def configured_index() -> IndexIdentity:
    """The identity of the configured engine and model."""
    settings = SearchSettings()  # type: ignore[call-arg]  # from the environment
    model = configured_embedder()
    return IndexIdentity(Engine(settings.search), VectorSpace(model.model_id, model.dimensions))


@cache
def engines() -> Mapping[Engine, IndexFactory]:
    """The reachable engines: OpenSearch where its URL is configured, whichever is active."""
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
