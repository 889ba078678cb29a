"""Assembles the agents' services from their production adapters."""

from functools import cache

from mara.agents.adapters.postgres import PostgresAgents, PostgresAnswers, PostgresConversations
from mara.agents.service import AgentService, AskService, ConversationService
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.wiring.search import search_service


@cache
def agent_service() -> AgentService:
    return AgentService(PostgresAgents(), search_service(), transaction, now)


@cache
def ask_service() -> AskService:
    return AskService(
        agents=PostgresAgents(),
        conversations=PostgresConversations(),
        answers=PostgresAnswers(),
        search=search_service(),
        language_model=None,
        unit_of_work=transaction,
        now=now,
    )


@cache
def conversation_service() -> ConversationService:
    return ConversationService(
        PostgresAgents(), PostgresConversations(), PostgresAnswers(), transaction, now
    )
