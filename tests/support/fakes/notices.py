"""Notices and preferences in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.notifications.errors import NoticeNotFound
from mara.notifications.model.notices import Notice, NoticePreferences
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.pages import cut


class FakeNotices:
    """Implements ``Notices``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[UUID, Notice]:
        return self._database.tables.notices

    def add(self, notice: Notice) -> bool:
        key = (notice.owner_id, notice.event_id)
        if key in {(one.owner_id, one.event_id) for one in self._rows.values()}:
            return False
        self._rows[notice.id] = notice
        return True

    def find(self, notice_id: UUID) -> Notice | None:
        found = self._rows.get(notice_id)
        return found if found and self._database.sees(found.owner_id) else None

    def was_told(self, notice: Notice, fields: Sequence[str], since: datetime) -> bool:
        return any(
            (one.owner_id, one.kind) == (notice.owner_id, notice.kind)
            and one.event_id != notice.event_id
            and one.created_at > since
            and all(one.data.get(name) == notice.data[name] for name in fields)
            for one in self._rows.values()
        )

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[Notice]:
        return cut(self._wanted(owner_id, page), page, unread=lambda one: one.unread)

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        return len(self._wanted(owner_id, page))

    def mark_read(self, notice_id: UUID, now: datetime) -> Notice:
        found = self.find(notice_id)
        if found is None or not found.in_api:
            raise NoticeNotFound("Check the id.")
        self._rows[notice_id] = replace(found, unread=0, read_at=found.read_at or now)
        return self._rows[notice_id]

    def mark_all_read(self, owner_id: UUID, now: datetime) -> int:
        found = [one for one in self._rows.values() if one.owner_id == owner_id and one.unread]
        self._rows.update({one.id: replace(one, unread=0, read_at=now) for one in found})
        return sum(one.in_api for one in found)

    def preferences(self, owner_id: UUID) -> NoticePreferences:
        return self._database.tables.notice_preferences.get(owner_id, NoticePreferences())

    def save_preferences(self, owner_id: UUID, preferences: NoticePreferences) -> None:
        self._database.tables.notice_preferences[owner_id] = preferences

    def _wanted(self, owner_id: UUID, page: PageRequest) -> Sequence[Notice]:
        unread, kind = page.filters.get("unread"), page.filters.get("kind")
        return [
            one
            for one in self._rows.values()
            if one.owner_id == owner_id
            and one.in_api
            and unread in (None, one.unread)
            and kind in (None, one.kind)
        ]
