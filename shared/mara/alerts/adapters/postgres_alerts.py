"""Alerts with their episodes and signals in PostgreSQL."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, func, or_, select, update

from mara.alerts.adapters.rule_tables import alert_rules
from mara.alerts.adapters.stored_json import stored_state
from mara.alerts.adapters.tables import alert_episodes, alert_signals, alerts
from mara.alerts.errors import AlertNotFound
from mara.alerts.model.alert import (
    EPISODES_SHOWN_MAX,
    SIGNALS_SHOWN_MAX,
    Alert,
    AlertHistory,
    AlertSource,
    AlertStatus,
    Episode,
    RecordedSignal,
)
from mara.kernel.page import PageRequest
from mara.platform.database import connection
from mara.platform.schema import TIMESTAMP, dump_json
from mara.platform.sql import (
    Row,
    constant,
    equals_if_given,
    execute,
    fetch_all,
    fetch_one,
    values_of,
)
from mara.platform.sql_lists import SortedList, containing, contains_if_given

_alerts, _episodes, _signals = alerts.c, alert_episodes.c, alert_signals.c
_rules = alert_rules.c
_since, _until = bindparam("since", type_=TIMESTAMP), bindparam("until", type_=TIMESTAMP)
_config = bindparam("config", type_=_rules.config_id.type)
_of_bot = select(_rules.id).where(
    _rules.owner_id == bindparam("owner_id"), _rules.config_id == _config
)

OF_SOURCE = (
    select(alerts)
    .where(
        _alerts.owner_id == bindparam("owner_id"),
        _alerts.source_kind == bindparam("source_kind"),
        _alerts.source_id == bindparam("source_id"),
        _alerts.fingerprint == func.any(bindparam("fingerprints")),
    )
    .order_by(_alerts.id)
    .with_for_update()
)
OPEN_EPISODES = select(alert_episodes).where(
    _episodes.owner_id == bindparam("owner_id"),
    _episodes.alert_id == func.any(bindparam("alert_ids")),
    _episodes.ended_at.is_(None),
)
LOCK_OPEN = (
    select(_alerts.id)
    .where(
        _alerts.id.in_(
            select(_episodes.alert_id).where(
                _episodes.owner_id == bindparam("owner_id"),
                _episodes.post_id == bindparam("old_post_id"),
                _episodes.ended_at.is_(None),
            )
        )
    )
    .order_by(_alerts.id)
    .with_for_update()
)
MOVE_OPEN = (
    update(alert_episodes)
    .where(
        _episodes.owner_id == bindparam("owner_id"),
        _episodes.post_id == bindparam("old_post_id"),
        _episodes.ended_at.is_(None),
    )
    .values(post_id=bindparam("new_post_id"))
)
STALE = (
    select(alerts)
    .where(
        _alerts.status == constant(AlertStatus.FIRING.value), _alerts.last_at < bindparam("before")
    )
    .order_by(_alerts.last_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
GET_ALERT = select(alerts).where(
    _alerts.owner_id == bindparam("owner_id"), _alerts.id == bindparam("id")
)
LIST_ALERTS = SortedList.of(
    select(alerts).where(
        _alerts.owner_id == bindparam("owner_id"),
        equals_if_given(_alerts.status, "status"),
        equals_if_given(_alerts.severity, "severity"),
        equals_if_given(_alerts.source_kind, "kind"),
        equals_if_given(_alerts.source_id, "source"),
        or_(_config.is_(None), _alerts.source_id.in_(_of_bot)),
        or_(
            contains_if_given(_alerts.name, "like"),
            contains_if_given(_alerts.summary, "like"),
            contains_if_given(_alerts.description, "like"),
        ),
        or_(_since.is_(None), _alerts.last_at >= _since),
        or_(_until.is_(None), _alerts.last_at < _until),
    ),
    _alerts.id,
    {"last_at": _alerts.last_at},
)
LAST_EPISODES = (
    select(alert_episodes)
    .where(_episodes.owner_id == bindparam("owner_id"), _episodes.alert_id == bindparam("id"))
    .order_by(_episodes.id.desc())
    .limit(EPISODES_SHOWN_MAX)
)
LAST_SIGNALS = (
    select(alert_signals)
    .where(_signals.owner_id == bindparam("owner_id"), _signals.alert_id == bindparam("id"))
    .order_by(_signals.id.desc())
    .limit(SIGNALS_SHOWN_MAX)
)


def upsert(table: Table) -> str:
    """Return the statement that inserts or updates the rows of one JSON array by their id."""
    changed = ", ".join(
        f'"{column.name}" = excluded."{column.name}"'
        for column in table.c
        if not column.primary_key and column.name != "owner_id"
    )
    return f"{insert_all(table)} ON CONFLICT (id) DO UPDATE SET {changed}"


def insert_all(table: Table) -> str:
    """Return the statement that inserts the rows of one JSON array."""
    name = table.name
    return f"INSERT INTO {name} SELECT * FROM jsonb_populate_recordset(NULL::{name}, %s::jsonb)"


UPSERT_ALERTS = upsert(alerts)
UPSERT_EPISODES = upsert(alert_episodes)
INSERT_SIGNALS = insert_all(alert_signals)


class PostgresAlerts:
    """Implements ``Alerts``."""

    def of_source(
        self, owner_id: UUID, source: AlertSource, fingerprints: Collection[str]
    ) -> Sequence[Alert]:
        """Return the alerts with these fingerprints, locked until the transaction ends."""
        rows = fetch_all(
            OF_SOURCE,
            owner_id=owner_id,
            source_kind=source.kind,
            source_id=source.id,
            fingerprints=list(fingerprints),
        )
        return [_alert(row) for row in rows]

    def open_episodes(self, owner_id: UUID, alert_ids: Collection[UUID]) -> Sequence[Episode]:
        """Return the open episodes of these alerts."""
        rows = fetch_all(OPEN_EPISODES, owner_id=owner_id, alert_ids=list(alert_ids))
        return [Episode(**row) for row in rows]

    def save(
        self,
        alerts: Collection[Alert],
        episodes: Collection[Episode],
        signals: Collection[RecordedSignal],
    ) -> None:
        """Insert or update alerts and episodes, and insert signals; three statements at most."""
        _write(UPSERT_ALERTS, map(_stored, alerts))
        # An episode that ends is written before the next one of its alert begins.
        _write(UPSERT_EPISODES, (values_of(one) for one in episodes if one.ended_at))
        _write(UPSERT_EPISODES, (values_of(one) for one in episodes if not one.ended_at))
        _write(INSERT_SIGNALS, map(values_of, signals))

    def move_open(self, owner_id: UUID, post_id: UUID, new_post_id: UUID) -> None:
        """Let the open episodes of a post belong to another one.

        All who change episodes have locked their alerts: who ends those that got no signal is
        waited for, and neither undoes what the other one wrote.
        """
        fetch_all(LOCK_OPEN, owner_id=owner_id, old_post_id=post_id)
        execute(MOVE_OPEN, owner_id=owner_id, old_post_id=post_id, new_post_id=new_post_id)

    def stale(self, before: datetime, limit: int) -> Sequence[Alert]:
        """Return alerts that fire and got no signal since ``before``, locked."""
        return [_alert(row) for row in fetch_all(STALE, before=before, limit=limit)]

    def list(self, owner_id: UUID, page: PageRequest) -> list[Alert]:
        """Return a page of alerts, and one more if there are more. Raises InvalidCursor."""
        return [_alert(row) for row in LIST_ALERTS.fetch(page, **_wanted(owner_id, page))]

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of alerts that the filters of ``page`` admit."""
        return LIST_ALERTS.total(**_wanted(owner_id, page))

    def history(self, owner_id: UUID, alert_id: UUID) -> AlertHistory:
        """Return an alert with its last episodes and signals. Raises AlertNotFound."""
        key = {"owner_id": owner_id, "id": alert_id}
        row = fetch_one(GET_ALERT, **key)
        if row is None:
            raise AlertNotFound("Check the id.")
        return AlertHistory(
            _alert(row),
            [Episode(**episode) for episode in fetch_all(LAST_EPISODES, **key)],
            [RecordedSignal(**signal) for signal in fetch_all(LAST_SIGNALS, **key)],
        )


def _write(statement: str, rows: Iterable[Row]) -> None:
    written = list(rows)
    if written:
        connection().execute(statement, (dump_json(written),))


def _stored(alert: Alert) -> Row:
    row = {**values_of(alert), "state": stored_state(alert.state)}
    source: AlertSource = row.pop("source")
    return {**row, "source_kind": source.kind, "source_id": source.id}


def _alert(row: Row) -> Alert:
    return Alert(source=AlertSource(row.pop("source_kind"), row.pop("source_id")), **row)


def _wanted(owner_id: UUID, page: PageRequest) -> dict[str, Any]:
    names = ("status", "severity", "kind", "source", "config", "since", "until")
    given = {name: page.filters.get(name) for name in names}
    return {**given, "owner_id": owner_id, "like": containing(page.filters.get("text"))}
