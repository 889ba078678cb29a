"""Messages that several posts share, in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mara.alerts.adapters.postgres_summaries import DUE_AT_ONCE
from mara.alerts.model.alert_message import AlertMessage, AlertTarget, ShownContent
from mara.alerts.model.severity import Severity
from mara.alerts.model.summary import ChatPlace, ListedPosts
from tests.support.fakes.database import FakeDatabase, Tables
from tests.support.fakes.missed_posts import listed_posts


class FakeSummaries:
    """Implements ``Summaries``. One transaction runs at a time, so that no row is locked."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _tables(self) -> Tables:
        return self._database.tables

    def on_the_way(self, place: ChatPlace, severity: Severity) -> int:
        return sum(
            self._severity(one).rank <= severity.rank and self._waits(one, place.chat_id)
            for one in self._of(place.owner_id)
            if one.target.config_id == place.config_id and one.is_shown_alone
        )

    def due_in(
        self, place: ChatPlace, shown: ShownContent, at: datetime
    ) -> Sequence[tuple[AlertMessage, Severity]]:
        due = [one for one in self._here(place, shown) if one.due_at and one.due_at <= at]
        ordered = sorted(due, key=lambda one: one.post_id)[:DUE_AT_ONCE]
        return [(one, self._severity(one)) for one in ordered]

    def latest(self, place: ChatPlace, shown: ShownContent, since: datetime) -> UUID | None:
        began: dict[UUID, datetime] = {}
        for one in self._here(place, shown):
            if one.message_id is not None:
                created_at = self._tables.alert_posts[one.post_id].created_at
                known = began.get(one.message_id, created_at)
                began[one.message_id] = min(known, created_at)
        recent = [message_id for message_id, at in began.items() if at > since]
        return max(recent, key=lambda message_id: began[message_id], default=None)

    def put(
        self, place: ChatPlace, post_ids: Collection[UUID], shown: ShownContent, message_id: UUID
    ) -> None:
        for one in self._of(place.owner_id):
            if one.post_id in post_ids:
                target = AlertTarget(one.target.config_id, place.chat_id, place.thread_id)
                put = replace(one.showing(shown, message_id), target=target)
                self._tables.alert_messages[one.post_id] = put

    def listed(self, owner_id: UUID, message_id: UUID) -> Sequence[ListedPosts]:
        found = [one for one in self._of(owner_id) if one.message_id == message_id]
        self._tables.alert_messages.update({one.post_id: one.ended() for one in found})
        return listed_posts(self._tables, [self._tables.alert_posts[o.post_id] for o in found])

    def _of(self, owner_id: UUID) -> Sequence[AlertMessage]:
        return [one for one in self._tables.alert_messages.values() if one.owner_id == owner_id]

    def _here(self, place: ChatPlace, shown: ShownContent) -> Sequence[AlertMessage]:
        wanted = AlertTarget(place.config_id, place.chat_id, place.thread_id)
        return [
            one
            for one in self._of(place.owner_id)
            if one.shown is shown
            and one.target.config_id == place.config_id
            and (one.target == wanted or (one.target.chat_id is None and place.is_default))
        ]

    def _severity(self, message: AlertMessage) -> Severity:
        return self._tables.alert_posts[message.post_id].severity

    def _waits(self, message: AlertMessage, chat_id: int) -> bool:
        sent = (
            self._tables.outgoing_messages.get(message.message_id) if message.message_id else None
        )
        return sent is not None and sent.chat_id == chat_id and bool(sent.waits)
