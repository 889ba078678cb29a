"""Assembles the agents' services from their production adapters."""

from functools import cache

from mara.agents.adapters.analyses import PostgresAnalyses
from mara.agents.adapters.postgres import PostgresAgents, PostgresAnswers, PostgresConversations
from mara.agents.adapters.publishing import PostgresCases, PostgresEvaluations, PostgresVersions
from mara.agents.ports import LanguageModel
from mara.agents.service import (
    AgentService,
    AnalysisService,
    AskService,
    ConversationService,
    EvaluationService,
    PublishingService,
)
from mara.documents.adapters.postgres import PostgresDocuments
from mara.documents.adapters.postgres_index import PostgresOwnDocuments
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.outbox import publish
from mara.platform.settings import LanguageModelSettings
from mara.wiring.search import embedder, search_index, search_service


@cache
def agent_service() -> AgentService:
    return AgentService(PostgresAgents(), PostgresVersions(), search_service(), transaction, now)


@cache
def language_model() -> LanguageModel | None:
    """``None`` where none is configured."""
    settings = LanguageModelSettings()
    if not settings.ollama_url:
        return None
    from mara.agents.adapters.ollama import OllamaLanguageModel

    return OllamaLanguageModel(
        settings.ollama_url, settings.language_model, settings.context_tokens
    )


@cache
def ask_service() -> AskService:
    return AskService(
        agents=PostgresAgents(),
        versions=PostgresVersions(),
        conversations=PostgresConversations(),
        answers=PostgresAnswers(),
        search=search_service(),
        language_model=language_model(),
        unit_of_work=transaction,
        now=now,
    )


@cache
def analysis_service() -> AnalysisService:
    return AnalysisService(
        documents=PostgresDocuments(),
        index=search_index(),
        embedder=embedder(),
        analyses=PostgresAnalyses(),
        language_model=language_model(),
        publish=publish,
        unit_of_work=transaction,
        now=now,
    )


@cache
def conversation_service() -> ConversationService:
    return ConversationService(
        agents=PostgresAgents(),
        conversations=PostgresConversations(),
        answers=PostgresAnswers(),
        cases=PostgresCases(),
        documents=PostgresOwnDocuments(),
        index=search_index(),
        unit_of_work=transaction,
        now=now,
    )


@cache
def publishing_service() -> PublishingService:
    return PublishingService(
        agents=PostgresAgents(),
        versions=PostgresVersions(),
        evaluations=PostgresEvaluations(),
        cases=PostgresCases(),
        unit_of_work=transaction,
        now=now,
    )


@cache
def evaluation_service() -> EvaluationService:
    return EvaluationService(
        agents=PostgresAgents(),
        versions=PostgresVersions(),
        cases=PostgresCases(),
        evaluations=PostgresEvaluations(),
        asking=ask_service(),
        unit_of_work=transaction,
        now=now,
    )
