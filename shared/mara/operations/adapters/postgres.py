"""Deletes expired rows from PostgreSQL."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, exists, select

from mara.alerts.adapters.tables import alert_intakes
from mara.auth.adapters.tables import account_mails, login_failures, refresh_tokens, sessions
from mara.kernel.unit_of_work import SYSTEM
from mara.notifications.adapters.tables import changes, notices, webhook_deliveries, webhooks
from mara.notifications.model import RETENTION
from mara.notifications.model.notices import NOTICE_RETENTION
from mara.notifications.model.webhooks import DELIVERY_RETENTION, DeliveryState
from mara.platform import (
    failure_store,
    idempotency_store,
    metric_folding,
    object_counts,
    rate_limit_store,
)
from mara.platform.database import transaction
from mara.platform.sql import execute
from mara.vault.adapters.tables import connection_secrets

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = timedelta(days=1)
FAILURE_RETENTION = timedelta(days=14)
"""As long as SQS keeps a message at most."""
REFRESH_TOKEN_RETENTION = timedelta(days=7)
"""How long after expiry the reuse of a refresh token is still detected."""

DELETE_REFRESH_TOKENS = delete(refresh_tokens).where(
    refresh_tokens.c.expires_at < bindparam("before")
)
DELETE_SESSIONS = delete(sessions).where(
    sessions.c.created_at < bindparam("before"),
    ~exists().where(refresh_tokens.c.session_id == sessions.c.id),
)
DELETE_LOGIN_FAILURES = delete(login_failures).where(
    login_failures.c.last_failed_at < bindparam("before")
)

DELETE_ACCOUNT_MAILS = delete(account_mails).where(account_mails.c.created_at < bindparam("before"))
DELETE_CHANGES = delete(changes).where(changes.c.at < bindparam("before"))
DELETE_NOTICES = delete(notices).where(notices.c.created_at < bindparam("before"))
DELETE_DELIVERIES = delete(webhook_deliveries).where(
    webhook_deliveries.c.created_at < bindparam("before"),
    webhook_deliveries.c.state != DeliveryState.WAITING,
)
# The reference to it becomes NULL.
DELETE_OLD_SECRETS = delete(connection_secrets).where(
    connection_secrets.c.id.in_(
        select(webhooks.c.previous_secret_id)
        .where(webhooks.c.previous_until < bindparam("before"))
        .union_all(
            select(alert_intakes.c.previous_id).where(
                alert_intakes.c.previous_until < bindparam("before")
            )
        )
    )
)


def delete_expired(now: datetime) -> dict[str, int]:
    """Delete expired rows; return the number of deleted rows by table.

    Each table has its own transaction, so that locks are held briefly.
    """
    unused_since = now - REFRESH_TOKEN_RETENTION
    tables: dict[str, Callable[[], int]] = {
        "object_counts": object_counts.sum_up,
        "refresh_tokens": lambda: execute(DELETE_REFRESH_TOKENS, before=unused_since),
        "sessions": lambda: execute(DELETE_SESSIONS, before=unused_since),
        "idempotency_keys": lambda: idempotency_store.delete_older(now - DAY),
        "login_failures": lambda: execute(DELETE_LOGIN_FAILURES, before=now - DAY),
        "account_mails": lambda: execute(DELETE_ACCOUNT_MAILS, before=unused_since),
        "changes": lambda: execute(DELETE_CHANGES, before=now - RETENTION),
        "notices": lambda: execute(DELETE_NOTICES, before=now - NOTICE_RETENTION),
        "webhook_deliveries": lambda: execute(DELETE_DELIVERIES, before=now - DELIVERY_RETENTION),
        "connection_secrets": lambda: execute(DELETE_OLD_SECRETS, before=now),
        "rate_limits": lambda: rate_limit_store.delete_expired(now),
        "message_failures": lambda: failure_store.delete_older(now - FAILURE_RETENTION),
        "metric_values": lambda: metric_folding.delete_marked(now),
    }
    deleted = {}
    for table, delete_rows in tables.items():
        with transaction(SYSTEM):
            deleted[table] = delete_rows()
    return deleted
