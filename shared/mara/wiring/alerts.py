"""Assembles the services of alerts from their production adapters, each with its imports."""

from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from mara.alerts.adapters.postgres_alerts import PostgresAlerts
from mara.alerts.adapters.postgres_intakes import PostgresAlertDeliveries, PostgresIntakes
from mara.alerts.adapters.postgres_messages import PostgresAlertMessages
from mara.alerts.adapters.postgres_posts import PostgresAlertPosts
from mara.platform.clock import now
from mara.platform.database import transaction

if TYPE_CHECKING:
    from mara.alerts.service.alert_feedback import AlertFeedback
    from mara.alerts.service.alerts import AlertService, StalenessService
    from mara.alerts.service.answering import AlertAnsweringService, WaitingAlertsService
    from mara.alerts.service.delivery_storing import DeliveryStoring
    from mara.alerts.service.intake_trials import IntakeTrials
    from mara.alerts.service.intakes import IntakeService
    from mara.alerts.service.post_presses import PostPresses
    from mara.alerts.service.post_votes import PostVotes
    from mara.alerts.service.posting import AlertPostingService
    from mara.alerts.service.reception import ReceptionService
    from mara.alerts.service.recorder import AlertRecorder
    from mara.kernel.messages import Publish


@cache
def intake_service() -> "IntakeService":
    """Management of intakes."""
    from mara.agents.adapters.postgres import PostgresAgents
    from mara.alerts.service.intakes import IntakeService
    from mara.platform.count_lock import lock_count
    from mara.telegram.adapters.bot_configs import PostgresBotConfigs
    from mara.wiring.audit import audit_log
    from mara.wiring.connection_secrets import secret_store

    return IntakeService(
        intakes=PostgresIntakes(),
        deliveries=PostgresAlertDeliveries(),
        agents=PostgresAgents(),
        configs=PostgresBotConfigs(),
        secrets=secret_store(),
        lock_count=lock_count,
        unit_of_work=transaction,
        now=now,
        audit=audit_log(),
    )


@cache
def reception_service() -> "ReceptionService":
    """Reception of what monitoring systems deliver."""
    from mara.alerts.service.reception import ReceptionService
    from mara.platform.outbox import publish
    from mara.wiring.connection_secrets import secret_store

    return ReceptionService(
        intakes=PostgresIntakes(),
        storing=_delivery_storing(publish),
        secrets=secret_store(),
        publish=publish,
        unit_of_work=transaction,
        now=now,
    )


def count_refused(intake_id: str, code: str) -> None:
    """Count a delivery that was refused with this code."""
    reception_service().count_refused(intake_id, code)


@cache
def intake_trials() -> "IntakeTrials":
    """Test alerts of intakes."""
    from mara.alerts.service.intake_trials import IntakeTrials
    from mara.platform.outbox import publish

    # At once: a person looks at the chat.
    return IntakeTrials(PostgresIntakes(), _delivery_storing(publish), transaction, now)


def _delivery_storing(publish: "Publish") -> "DeliveryStoring":
    from mara.alerts.service.delivery_storing import DeliveryStoring

    return DeliveryStoring(PostgresIntakes(), PostgresAlertDeliveries(), alert_recorder(publish))


def alert_recorder(publish: "Publish") -> "AlertRecorder":
    """Records of signals."""
    from mara.alerts.adapters.owner_chats import PostgresOwnerChats
    from mara.alerts.service.recorder import AlertRecorder
    from mara.platform.count_lock import lock_count

    return AlertRecorder(
        PostgresAlerts(),
        PostgresAlertPosts(),
        PostgresAlertMessages(),
        PostgresOwnerChats(),
        lock_count,
        publish,
    )


@cache
def alert_service() -> "AlertService":
    """Lists and histories of alerts."""
    from mara.alerts.service.alerts import AlertService
    from mara.documents.adapters.postgres_ownership import PostgresOwnDocuments

    return AlertService(PostgresAlerts(), PostgresAlertPosts(), PostgresOwnDocuments(), transaction)


@cache
def staleness_service() -> "StalenessService":
    """The end of alerts that monitoring systems forgot."""
    from mara.alerts.service.alerts import StalenessService
    from mara.platform.settings.alerts import alert_settings

    stale_after = timedelta(hours=alert_settings().alert_stale_hours)
    return StalenessService(PostgresAlerts(), PostgresAlertMessages(), transaction, stale_after)


@cache
def alert_answering_service() -> "AlertAnsweringService":
    """Answers to alerts that wait."""
    from mara.agents.adapters.postgres import PostgresAnswers
    from mara.alerts.adapters.agent_answers import AgentAnswering
    from mara.alerts.adapters.plan_metering import PlanAlertMetering
    from mara.alerts.service.answering import AlertAnsweringService
    from mara.platform.count_lock import lock_count
    from mara.platform.outbox import publish
    from mara.wiring.agents import answer_service
    from mara.wiring.metering import metering

    return AlertAnsweringService(
        posts=PostgresAlertPosts(),
        messages=PostgresAlertMessages(),
        asking=AgentAnswering(
            answer_service(), PostgresAnswers(), PlanAlertMetering(metering()), transaction
        ),
        lock_count=lock_count,
        publish=publish,
        unit_of_work=transaction,
        now=now,
    )


@cache
def alert_posting_service() -> "AlertPostingService":
    """Posts of alerts in chats."""
    from mara.alerts.adapters.owner_chats import PostgresOwnerChats
    from mara.alerts.adapters.postgres_missed import PostgresMissedPosts
    from mara.alerts.adapters.postgres_summaries import PostgresSummaries
    from mara.alerts.service.holding import PostHolding
    from mara.alerts.service.posting import AlertPostingService
    from mara.alerts.service.summaries import SummaryPosting
    from mara.platform.count_lock import lock_count, try_work_lock
    from mara.platform.doorbells import ring_later
    from mara.platform.outbox import publish
    from mara.telegram.adapters.bot_chats import PostgresBotChats
    from mara.telegram.adapters.bot_configs import PostgresBotConfigs
    from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
    from mara.wiring.telegram_sending import outgoing_queue

    queue_messages, holding = outgoing_queue().queue_messages, PostHolding(PostgresBotChats())
    return AlertPostingService(
        messages=PostgresAlertMessages(),
        posts=PostgresAlertPosts(),
        configs=PostgresBotConfigs(),
        outgoing=PostgresOutgoingMessages(),
        queue_messages=queue_messages,
        ring_later=ring_later,
        owner_chats=PostgresOwnerChats(),
        summaries=SummaryPosting(PostgresSummaries(), holding, queue_messages),
        holding=holding,
        missed=PostgresMissedPosts(),
        publish=publish,
        take_work=try_work_lock,
        lock_count=lock_count,
        unit_of_work=transaction,
        now=now,
    )


def _votes(publish: "Publish") -> "PostVotes":
    from mara.alerts.adapters.agent_feedback import rate
    from mara.alerts.adapters.owner_chats import PostgresOwnerChats
    from mara.alerts.service.post_votes import PostVotes
    from mara.wiring.agents import conversation_service

    return PostVotes(
        messages=PostgresAlertMessages(),
        chats=PostgresOwnerChats(),
        rate=partial(rate, conversation_service()),
        publish=publish,
        unit_of_work=transaction,
    )


@cache
def alert_feedback() -> "AlertFeedback":
    """Votes of owners by the API."""
    from mara.alerts.service.alert_feedback import AlertFeedback
    from mara.platform.outbox import publish

    return AlertFeedback(
        alerts=PostgresAlerts(),
        posts=PostgresAlertPosts(),
        votes=_votes(publish),
        unit_of_work=transaction,
        now=now,
    )


@cache
def post_presses() -> "PostPresses":
    """Presses of the buttons below posts."""
    from mara.alerts.service.post_presses import PostPresses
    from mara.platform.outbox import publish
    from mara.telegram.adapters.bot_configs import PostgresBotConfigs
    from mara.wiring.telegram_sending import outgoing_queue

    return PostPresses(
        messages=PostgresAlertMessages(),
        posts=PostgresAlertPosts(),
        configs=PostgresBotConfigs(),
        votes=_votes(publish),
        queue_messages=outgoing_queue().queue_messages,
        publish=publish,
        unit_of_work=transaction,
        now=now,
    )


@cache
def waiting_alerts_service() -> "WaitingAlertsService":
    """Doorbells for alerts that wait."""
    from mara.alerts.service.answering import WaitingAlertsService
    from mara.platform.outbox import publish_all

    return WaitingAlertsService(
        PostgresAlertPosts(), PostgresAlertMessages(), publish_all, transaction
    )
