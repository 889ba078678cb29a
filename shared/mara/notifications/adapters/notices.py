"""Notices and preferences in PostgreSQL."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, bindparam, case, cast, delete, func, select, true, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from mara.kernel.page import PageRequest
from mara.notifications.adapters.tables import notice_refusals, notices
from mara.notifications.errors import NoticeNotFound
from mara.notifications.model.notices import Notice, NoticePreferences
from mara.platform.sql import (
    bound,
    equals_if_given,
    execute,
    fetch_all,
    fetch_one,
    values_of,
)
from mara.platform.sql_lists import SortedList

_columns = notices.c
_now = bindparam("now", type_=_columns.read_at.type)

ADD = (
    insert(notices)
    .values(bound(_columns))
    .on_conflict_do_nothing(index_elements=["owner_id", "event_id"])
)
FIND = select(notices).where(_columns.id == bindparam("id"))
WAS_TOLD = (
    select(_columns.id)
    .where(
        _columns.owner_id == bindparam("owner_id"),
        _columns.kind == bindparam("kind", type_=_columns.kind.type),
        _columns.created_at > bindparam("since"),
        _columns.event_id != bindparam("event_id"),
        cast(_columns.data, JSONB).contains(cast(bindparam("values", type_=Text), JSONB)),
    )
    .limit(1)
)
LIST = SortedList.of(
    select(notices).where(
        _columns.owner_id == bindparam("owner_id"),
        _columns.in_api == true(),
        equals_if_given(_columns.unread, "unread"),
        equals_if_given(_columns.kind, "kind"),
    ),
    _columns.id,
    {"unread": _columns.unread},
)
MARK_READ = (
    update(notices)
    .where(_columns.id == bindparam("of_id"), _columns.in_api == true())
    .values(unread=0, read_at=func.coalesce(_columns.read_at, _now))
    .returning(notices)
)
MARK_ALL_READ = (
    update(notices)
    .where(_columns.owner_id == bindparam("of_owner"), _columns.unread == 1)
    .values(unread=0, read_at=_now)
    .returning(case((_columns.in_api, 1), else_=0).label("shown"))
)
REFUSALS = select(notice_refusals.c.kind, notice_refusals.c.channel).where(
    notice_refusals.c.owner_id == bindparam("owner_id")
)
FORGET_REFUSALS = delete(notice_refusals).where(notice_refusals.c.owner_id == bindparam("owner_id"))
REFUSE = insert(notice_refusals).values(bound(notice_refusals.c)).on_conflict_do_nothing()


class PostgresNotices:
    """Implements ``Notices``."""

    def add(self, notice: Notice) -> bool:
        """Insert the notice; False where its event has one already."""
        return execute(ADD, **values_of(notice)) == 1

    def find(self, notice_id: UUID) -> Notice | None:
        """Return the notice; None where the scope has none."""
        row = fetch_one(FIND, id=notice_id)
        return Notice(**row) if row else None

    def was_told(self, notice: Notice, fields: Sequence[str], since: datetime) -> bool:
        """Whether its owner has another notice of its kind and these values after ``since``."""
        row = fetch_one(
            WAS_TOLD,
            owner_id=notice.owner_id,
            kind=notice.kind,
            event_id=notice.event_id,
            since=since,
            values=json.dumps({name: notice.data[name] for name in fields}),
        )
        return row is not None

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[Notice]:
        """Return a page of the owner's notices; filters are ``unread`` (1 or 0) and ``kind``."""
        return [Notice(**row) for row in LIST.fetch(page, owner_id=owner_id, **_filters(page))]

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of notices that the page's filters select."""
        return LIST.total(owner_id=owner_id, **_filters(page))

    def mark_read(self, notice_id: UUID, now: datetime) -> Notice:
        """Mark the notice as read, if it is not yet. Raises NoticeNotFound."""
        row = fetch_one(MARK_READ, of_id=notice_id, now=now)
        if row is None:
            raise NoticeNotFound("Check the id.")
        return Notice(**row)

    def mark_all_read(self, owner_id: UUID, now: datetime) -> int:
        """Mark all notices of the owner as read; return how many were not yet."""
        rows = fetch_all(MARK_ALL_READ, of_owner=owner_id, now=now)
        return sum(row["shown"] for row in rows)

    def preferences(self, owner_id: UUID) -> NoticePreferences:
        """Return the owner's preferences."""
        rows = fetch_all(REFUSALS, owner_id=owner_id)
        return NoticePreferences(frozenset((row["kind"], row["channel"]) for row in rows))

    def save_preferences(self, owner_id: UUID, preferences: NoticePreferences) -> None:
        """Replace the owner's preferences."""
        execute(FORGET_REFUSALS, owner_id=owner_id)
        for kind, channel in sorted(preferences.refused):
            execute(REFUSE, owner_id=owner_id, kind=kind, channel=channel)


def _filters(page: PageRequest) -> dict[str, object]:
    return {"unread": page.filters.get("unread"), "kind": page.filters.get("kind")}
