"""Assembles the agents' services from their production adapters, each where it is asked for."""

from functools import cache
from typing import TYPE_CHECKING

from mara.agents.adapters.postgres import PostgresAgents, PostgresAnswers, PostgresConversations
from mara.agents.adapters.publishing import PostgresCases, PostgresEvaluations, PostgresVersions
from mara.documents.adapters.postgres import PostgresOwnDocuments
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.wiring.documents import ownership_service
from mara.wiring.search import embedder, search_index, search_service

if TYPE_CHECKING:
    from mara.agents.ports import LanguageModel
    from mara.agents.service.agents import AgentService
    from mara.agents.service.analyzing import AnalysisService
    from mara.agents.service.asking import AskService
    from mara.agents.service.conversations import ConversationService
    from mara.agents.service.evaluating import EvaluationService
    from mara.agents.service.publishing import PublishingService


@cache
def agent_service() -> "AgentService":
    from mara.agents.service.agents import AgentService

    return AgentService(PostgresAgents(), PostgresVersions(), ownership_service(), transaction, now)


@cache
def language_model() -> "LanguageModel | None":
    """``None`` where none is configured."""
    from mara.platform.settings.language_model import LanguageModelSettings

    settings = LanguageModelSettings()
    if not settings.ollama_url:
        return None
    from mara.agents.adapters.ollama import OllamaLanguageModel

    return OllamaLanguageModel(
        settings.ollama_url, settings.language_model, settings.context_tokens
    )


@cache
def ask_service() -> "AskService":
    from mara.agents.service.asking import AskService

    return AskService(
        agents=PostgresAgents(),
        versions=PostgresVersions(),
        conversations=PostgresConversations(),
        answers=PostgresAnswers(),
        documents=PostgresOwnDocuments(),
        search=search_service(),
        language_model=language_model(),
        unit_of_work=transaction,
        now=now,
    )


@cache
def analysis_service() -> "AnalysisService":
    from mara.agents.adapters.analyses import PostgresAnalyses
    from mara.agents.service.analyzing import AnalysisService
    from mara.documents.adapters.postgres import PostgresDocuments
    from mara.platform.outbox import publish

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
def conversation_service() -> "ConversationService":
    from mara.agents.service.conversations import ConversationService

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
def publishing_service() -> "PublishingService":
    from mara.agents.service.publishing import PublishingService

    return PublishingService(
        agents=PostgresAgents(),
        versions=PostgresVersions(),
        evaluations=PostgresEvaluations(),
        cases=PostgresCases(),
        unit_of_work=transaction,
        now=now,
    )


@cache
def evaluation_service() -> "EvaluationService":
    from mara.agents.service.evaluating import EvaluationService

    return EvaluationService(
        agents=PostgresAgents(),
        versions=PostgresVersions(),
        cases=PostgresCases(),
        evaluations=PostgresEvaluations(),
        asking=ask_service(),
        unit_of_work=transaction,
        now=now,
    )
