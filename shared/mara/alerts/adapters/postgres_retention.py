"""Old alerts, and what is old of others, deleted from PostgreSQL."""

from datetime import datetime

from sqlalchemy import ColumnElement, Table, bindparam, delete, exists, func, select

from mara.alerts.adapters.tables import (
    alert_deliveries,
    alert_episodes,
    alert_posts,
    alert_signals,
    alerts,
)
from mara.alerts.model.alert import AlertStatus
from mara.platform.schema import TIMESTAMP
from mara.platform.sql import constant, execute, fetch_all

_before = bindparam("before", type_=TIMESTAMP)
_OLD: dict[Table, list[ColumnElement[bool]]] = {
    alerts: [
        alerts.c.last_at < _before,
        alerts.c.status != constant(AlertStatus.FIRING.value),
    ],
    alert_episodes: [alert_episodes.c.ended_at < _before],
    alert_signals: [alert_signals.c.received_at < _before],
    alert_posts: [
        alert_posts.c.created_at < _before,
        ~exists().where(alert_episodes.c.post_id == alert_posts.c.id),
    ],
    alert_deliveries: [alert_deliveries.c.received_at < _before],
}
# An alert that fires again just then is locked, and stays.
FIND = {
    table: select(table.c.id)
    .where(*conditions)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    for table, conditions in _OLD.items()
}
FORGET = {table: delete(table).where(table.c.id == func.any(bindparam("ids"))) for table in _OLD}


class PostgresAlertRetention:
    """Implements ``AlertRetention``."""

    def forget_alerts(self, before: datetime, limit: int) -> int:
        """Delete alerts whose last signal came before, with their episodes and signals."""
        return _forget(alerts, before, limit)

    def forget_episodes(self, before: datetime, limit: int) -> int:
        """Delete episodes that ended before."""
        return _forget(alert_episodes, before, limit)

    def forget_signals(self, before: datetime, limit: int) -> int:
        """Delete signals that came before."""
        return _forget(alert_signals, before, limit)

    def forget_posts(self, before: datetime, limit: int) -> int:
        """Delete posts that were made before and have no episode, with their messages."""
        return _forget(alert_posts, before, limit)

    def forget_deliveries(self, before: datetime, limit: int) -> int:
        """Delete deliveries that came before."""
        return _forget(alert_deliveries, before, limit)


def _forget(table: Table, before: datetime, limit: int) -> int:
    ids = [row["id"] for row in fetch_all(FIND[table], before=before, limit=limit)]
    return execute(FORGET[table], ids=ids) if ids else 0
