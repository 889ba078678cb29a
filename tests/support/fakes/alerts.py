"""Alerts with their episodes and signals in memory."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

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
from tests.support.fakes.database import FakeDatabase, Tables
from tests.support.fakes.pages import cut

Row = TypeVar("Row")


class FakeAlertRetention:
    """Implements ``AlertRetention``. What refers to a row goes with it."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _tables(self) -> Tables:
        return self._database.tables

    def forget_alerts(self, before: datetime, limit: int) -> int:
        tables = self._tables
        gone = _taken(
            tables.alerts,
            lambda one: one.last_at < before and one.status is not AlertStatus.FIRING,
            limit,
        )
        _taken(tables.alert_episodes, lambda one: one.alert_id in gone)
        _taken(tables.alert_signals, lambda one: one.alert_id in gone)
        return len(gone)

    def forget_episodes(self, before: datetime, limit: int) -> int:
        rows = self._tables.alert_episodes
        return len(_taken(rows, lambda one: bool(one.ended_at and one.ended_at < before), limit))

    def forget_signals(self, before: datetime, limit: int) -> int:
        return len(_taken(self._tables.alert_signals, lambda one: one.received_at < before, limit))

    def forget_posts(self, before: datetime, limit: int) -> int:
        tables = self._tables
        used = {one.post_id for one in tables.alert_episodes.values()}
        gone = _taken(
            tables.alert_posts,
            lambda one: one.created_at < before and one.id not in used,
            limit,
        )
        _taken(tables.alert_messages, lambda one: one.post_id in gone)
        return len(gone)

    def forget_deliveries(self, before: datetime, limit: int) -> int:
        rows = self._tables.alert_deliveries
        return len(_taken(rows, lambda one: one.received_at < before, limit))


def _taken(
    rows: dict[UUID, Row], is_old: Callable[[Row], bool], limit: int | None = None
) -> set[UUID]:
    """The keys of the rows that were deleted."""
    gone = {key for key, row in rows.items() if is_old(row)}
    gone = set(sorted(gone)[:limit])
    for key in gone:
        del rows[key]
    return gone


class FakeAlerts:
    """Implements ``Alerts``. One transaction runs at a time, so that nothing is locked."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _tables(self) -> Tables:
        return self._database.tables

    def of_source(
        self, owner_id: UUID, source: AlertSource, fingerprints: Collection[str]
    ) -> Sequence[Alert]:
        found = [
            one
            for one in self._tables.alerts.values()
            if (one.owner_id, one.source) == (owner_id, source) and one.fingerprint in fingerprints
        ]
        return sorted(found, key=lambda one: one.id)

    def open_episodes(self, owner_id: UUID, alert_ids: Collection[UUID]) -> Sequence[Episode]:
        return [
            one
            for one in self._tables.alert_episodes.values()
            if one.owner_id == owner_id and one.alert_id in alert_ids and one.ended_at is None
        ]

    def save(
        self,
        alerts: Collection[Alert],
        episodes: Collection[Episode],
        signals: Collection[RecordedSignal],
    ) -> None:
        tables = self._tables
        tables.alerts.update({one.id: one for one in alerts})
        tables.alert_episodes.update({one.id: one for one in episodes})
        tables.alert_signals.update({one.id: one for one in signals})
        opened = [one.alert_id for one in tables.alert_episodes.values() if one.ended_at is None]
        assert len(opened) == len(set(opened)), "only one episode of an alert is open"

    def move_open(self, owner_id: UUID, post_id: UUID, new_post_id: UUID) -> None:
        episodes = self._tables.alert_episodes
        for one in list(episodes.values()):
            if (one.owner_id, one.post_id, one.ended_at) == (owner_id, post_id, None):
                episodes[one.id] = replace(one, post_id=new_post_id)

    def stale(self, before: datetime, limit: int) -> Sequence[Alert]:
        found = [
            one
            for one in self._tables.alerts.values()
            if one.status is AlertStatus.FIRING and one.last_at < before
        ]
        return sorted(found, key=lambda one: one.last_at)[:limit]

    def list(self, owner_id: UUID, page: PageRequest) -> list[Alert]:
        return cut(self._wanted(owner_id, page), page, last_at=lambda one: one.last_at)

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        return len(self._wanted(owner_id, page))

    def history(self, owner_id: UUID, alert_id: UUID) -> AlertHistory:
        alert = self._tables.alerts.get(alert_id)
        if alert is None or alert.owner_id != owner_id:
            raise AlertNotFound("Check the id.")
        episodes = [e for e in self._tables.alert_episodes.values() if e.alert_id == alert_id]
        signals = [s for s in self._tables.alert_signals.values() if s.alert_id == alert_id]
        return AlertHistory(
            alert,
            sorted(episodes, key=lambda one: one.id, reverse=True)[:EPISODES_SHOWN_MAX],
            sorted(signals, key=lambda one: one.id, reverse=True)[:SIGNALS_SHOWN_MAX],
        )

    def _wanted(self, owner_id: UUID, page: PageRequest) -> Sequence[Alert]:
        return [
            one
            for one in self._tables.alerts.values()
            if one.owner_id == owner_id and self._matches(one, page)
        ]

    def _matches(self, alert: Alert, page: PageRequest) -> bool:
        wanted = page.filters
        rule = self._tables.alert_rules.get(alert.source.id)
        values = {
            "status": alert.status,
            "severity": alert.severity,
            "kind": alert.source.kind,
            "source": alert.source.id,
            "config": rule.settings.config_id if rule else None,
        }
        text = wanted.get("text", "").casefold()
        texts = (alert.name, alert.summary, alert.description)
        return (
            all(wanted.get(name) in (None, value) for name, value in values.items())
            and any(text in one.casefold() for one in texts)
            and wanted.get("since", alert.last_at) <= alert.last_at
            and ("until" not in wanted or alert.last_at < wanted["until"])
        )
