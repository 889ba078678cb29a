"""Changes in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Text, bindparam, cast, func, not_, or_, select

from mara.notifications.adapters.cursors import NOTHING_SEEN, Position, decode, encode
from mara.notifications.adapters.tables import Snapshot, changes
from mara.notifications.model import Change, ChangeBatch, ChangeKind
from mara.platform.sql import fetch_all, fetch_value

_columns = changes.c
_seen = cast(bindparam("seen", type_=Text), Snapshot)
_until = cast(bindparam("until", type_=Text), Snapshot)

PRESENT = select(cast(func.pg_current_snapshot(), Text))
READ = (
    select(
        *(_columns.id, _columns.kind, _columns.object_id),
        *(_columns.state, _columns.at, _columns.parent),
    )
    .where(
        _columns.owner_id == bindparam("owner_id"),
        # During a deployment triggers may write kinds that only the next release knows.
        or_(*(_columns.kind == kind for kind in ChangeKind)),
        _columns.xid >= func.pg_snapshot_xmin(_seen),
        not_(func.pg_visible_in_snapshot(_columns.xid, _seen)),
        func.pg_visible_in_snapshot(_columns.xid, _until),
        _columns.id > bindparam("last", type_=BigInteger),
    )
    .order_by(_columns.id)
    .limit(bindparam("limit"))
)


class PostgresChanges:
    """Implements ``Changes``."""

    def read(self, owner_id: UUID, after: str | None, limit: int, *, now: datetime) -> ChangeBatch:
        """Return the changes that are visible now and were not at ``after``.

        Raises InvalidCursor, CursorExpired.
        """
        position = decode(after, now) if after else Position(NOTHING_SEEN, now.timestamp())
        # Taken before the rows are read: each of its transactions is visible to the next statement.
        until = position.until or str(fetch_value(PRESENT))
        wanted = {"owner_id": owner_id, "seen": position.seen, "until": until}
        rows = fetch_all(READ, **wanted, last=position.last, limit=limit + 1)
        more = len(rows) > limit
        found = rows[:limit]
        if more:
            after_page = Position(position.seen, position.at, until, found[-1]["id"])
        else:
            after_page = Position(until, position.at if position.until else now.timestamp())
        for row in found:
            del row["id"]
        return ChangeBatch([Change(**row) for row in found], encode(after_page), more)
