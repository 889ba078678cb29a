"""Assembles the agents' services from their production adapters, each with its imports."""

from functools import cache
from typing import TYPE_CHECKING

from mara.agents.adapters.postgres import PostgresAgents, PostgresAnswers, PostgresConversations
from mara.agents.adapters.postgres_evaluation import (
    PostgresCases,
    PostgresEvaluations,
    PostgresVersions,
)
from mara.agents.adapters.postgres_pending import PostgresPendingAnswers
from mara.documents.adapters.postgres_ownership import PostgresOwnDocuments
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.wiring.documents import library_service, ownership_service
from mara.wiring.search import embedder, search_index, search_service

if TYPE_CHECKING:
    from uuid import UUID

    from mara.agents.adapters.langchain_retriever import SearchRetriever
    from mara.agents.service.agents import AgentService
    from mara.agents.service.answers import AnswerService
    from mara.agents.service.conversations import ConversationService
    from mara.agents.service.evaluation import EvaluationService
    from mara.agents.service.pending import (
        AcceptanceOfQuestions,
        PendingAnswerService,
        QueuedAnswerService,
    )
    from mara.agents.service.publication import PublicationService
    from mara.agents.service.question import QuestionReader
    from mara.agents.service.reservation import AnswerReservation
    from mara.agents.service.uploads import UploadService
    from mara.kernel.principal import Principal


@cache
def agent_service() -> "AgentService":
    """Management of agents."""
    from mara.agents.adapters.plan_level import PlanAgentLevel
    from mara.agents.service.agents import AgentService
    from mara.wiring.language_model import language_model_service
    from mara.wiring.metering import level_service

    return AgentService(
        agents=PostgresAgents(),
        versions=PostgresVersions(),
        ownership=ownership_service(),
        models=language_model_service(),
        level=PlanAgentLevel(level_service()),
        unit_of_work=transaction,
        now=now,
    )


@cache
def upload_service() -> "UploadService":
    """Uploads of documents to an agent."""
    from mara.agents.service.uploads import UploadService

    return UploadService(library_service(), agent_service())


@cache
def answer_service() -> "AnswerService":
    """Answers to questions, with citations."""
    from mara.agents.service.answers import AnswerService
    from mara.agents.service.composition import Composer
    from mara.agents.service.record import AnswerRecorder
    from mara.agents.service.retrieval import PassageRetriever
    from mara.agents.service.sections import SectionReader
    from mara.wiring.language_model import language_model

    return AnswerService(
        questions=_question_reader(),
        reservation=_answer_reservation(),
        retriever=PassageRetriever(search_service()),
        sections=SectionReader(search_service()),
        composer=Composer(language_model()),
        recorder=AnswerRecorder(
            PostgresConversations(),
            PostgresAnswers(),
            PostgresPendingAnswers(),
            embedder(),
            _answer_reservation(),
            transaction,
            now,
        ),
    )


@cache
def _question_reader() -> "QuestionReader":
    from mara.agents.service.question import QuestionReader

    return QuestionReader(
        agents=PostgresAgents(),
        versions=PostgresVersions(),
        conversations=PostgresConversations(),
        answers=PostgresAnswers(),
        documents=PostgresOwnDocuments(),
        unit_of_work=transaction,
    )


@cache
def _answer_reservation() -> "AnswerReservation":
    from mara.agents.adapters.plan_metering import PlanAnswerMetering
    from mara.agents.service.reservation import AnswerReservation
    from mara.wiring.language_model import language_model
    from mara.wiring.metering import metering

    return AnswerReservation(PlanAnswerMetering(metering()), language_model())


@cache
def question_acceptance() -> "AcceptanceOfQuestions":
    """Acceptance of questions that a queue answers."""
    from mara.agents.service.pending import AcceptanceOfQuestions
    from mara.platform.outbox import publish

    return AcceptanceOfQuestions(
        questions=_question_reader(),
        reservation=_answer_reservation(),
        agents=PostgresAgents(),
        conversations=PostgresConversations(),
        pending=PostgresPendingAnswers(),
        publish=publish,
        unit_of_work=transaction,
        now=now,
    )


@cache
def pending_answer_service() -> "PendingAnswerService":
    """The states of questions that a queue answers."""
    from mara.agents.service.pending import PendingAnswerService

    return PendingAnswerService(PostgresPendingAnswers(), transaction, now)


@cache
def queued_answer_service() -> "QueuedAnswerService":
    """Answers to questions of the queue."""
    from mara.agents.service.pending import QueuedAnswerService

    return QueuedAnswerService(answer_service(), PostgresPendingAnswers(), transaction, now)


@cache
def conversation_service() -> "ConversationService":
    """Conversations and feedback on answers."""
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
def publication_service() -> "PublicationService":
    """Publication of agent versions."""
    from mara.agents.service.publication import PublicationService

    return PublicationService(
        agents=PostgresAgents(),
        versions=PostgresVersions(),
        evaluations=PostgresEvaluations(),
        cases=PostgresCases(),
        unit_of_work=transaction,
        now=now,
    )


@cache
def evaluation_service() -> "EvaluationService":
    """Evaluation of agent versions."""
    from mara.agents.service.evaluation import EvaluationService

    return EvaluationService(
        agents=PostgresAgents(),
        versions=PostgresVersions(),
        cases=PostgresCases(),
        evaluations=PostgresEvaluations(),
        answering=answer_service(),
        reservation=_answer_reservation(),
        documents=PostgresOwnDocuments(),
        embedder=embedder(),
        unit_of_work=transaction,
        now=now,
    )


def retriever(
    caller: "Principal", *, document_ids: "tuple[UUID, ...]" = (), limit: int = 5
) -> "SearchRetriever":
    """Return a LangChain retriever over the caller's documents; ``limit`` is 1..100 passages.

    Example: ``infra/docs/langchain.md``.
    """
    from mara.agents.adapters.langchain_retriever import SearchRetriever

    return SearchRetriever(
        search=search_service(), caller=caller, document_ids=document_ids, limit=limit
    )
