"""Builds the services of queues and dead letters from their production adapters."""

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mara.queues.model.dead_letter import DeadMessage
    from mara.queues.service.all_letters import AllDeadLetters
    from mara.queues.service.decisions import DeadLetterService
    from mara.queues.service.intake import DeadLetterIntake
    from mara.queues.service.queue_list import QueueListService

LETTER_RETENTION = timedelta(days=14)
"""How long dead letters are kept, from their death on."""


@cache
def intake() -> "DeadLetterIntake":
    """The worker that keeps dead letters."""
    from mara.platform.clock import now
    from mara.platform.database import transaction
    from mara.queues.adapters.dead_letters import PostgresDeadLetters
    from mara.queues.adapters.failure_notes import PostgresFailureNotes
    from mara.queues.service.intake import DeadLetterIntake
    from mara.wiring.connection_secrets import envelope

    return DeadLetterIntake(
        PostgresDeadLetters(), PostgresFailureNotes(), envelope(), transaction, now
    )


def keep_dead_letters(messages: "Sequence[DeadMessage]") -> int:
    """Keep a batch; return how many were new."""
    return intake().keep(messages)


def forget_expired(now: datetime) -> dict[str, int]:
    """Delete old dead letters; return how many."""
    from mara.kernel.unit_of_work import SYSTEM
    from mara.platform.database import transaction
    from mara.queues.adapters.dead_letters import delete_older

    with transaction(SYSTEM):
        return {"dead_letters": delete_older(now - LETTER_RETENTION)}


@cache
def queue_list_service() -> "QueueListService":
    """The state of all queues."""
    from mara.platform.clock import now
    from mara.platform.database import transaction
    from mara.queues.adapters.queue_depths import SqsDepths
    from mara.queues.adapters.queue_figures import PostgresFigures
    from mara.queues.model.known_queues import QUEUES
    from mara.queues.service.queue_list import QueueListService

    return QueueListService(QUEUES, SqsDepths(), PostgresFigures(), transaction, now)


@cache
def dead_letters() -> "AllDeadLetters":
    """Messages that died, and the rows that stand dead in other tables."""
    from mara.queues.adapters.dead_letters import PostgresDeadLetters
    from mara.queues.adapters.dead_row_sources import SOURCES
    from mara.queues.adapters.dead_rows import PostgresDeadRows
    from mara.queues.service.all_letters import AllDeadLetters

    return AllDeadLetters([PostgresDeadLetters(), *map(PostgresDeadRows, SOURCES)])


@cache
def dead_letter_service() -> "DeadLetterService":
    """Lists of dead letters, and decisions about them."""
    from mara.platform.clock import now
    from mara.platform.database import transaction
    from mara.platform.outbox_rows import resend_by_relay
    from mara.queues.model.known_queues import QUEUES
    from mara.queues.service.decisions import DeadLetterService
    from mara.wiring.audit import audit_log
    from mara.wiring.connection_secrets import envelope

    return DeadLetterService(
        queues=QUEUES,
        letters=dead_letters(),
        envelope=envelope(),
        resend=resend_by_relay,
        audit=audit_log(),
        unit_of_work=transaction,
        now=now,
    )
