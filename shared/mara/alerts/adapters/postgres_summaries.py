"""Messages that several posts share, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Boolean, Integer, and_, bindparam, exists, func, null, or_, select, update

from mara.alerts.adapters.postgres_messages import message_from
from mara.alerts.adapters.tables import alert_episodes, alert_messages, alert_posts, urgency
from mara.alerts.model.alert_message import AlertMessage, ShownContent
from mara.alerts.model.severity import Severity
from mara.alerts.model.summary import ChatPlace, ListedPosts
from mara.platform.sql import Row, constant, execute, fetch_all, fetch_one, fetch_value, values_of
from mara.telegram.adapters.outgoing_tables import outgoing_messages
from mara.telegram.model.outgoing import WAITING

DUE_AT_ONCE: Final = 1000
"""Posts that one transaction adds to a summary."""

OF_ITS_OWN = (ShownContent.ALERTS, ShownContent.WHOLE)
_messages, _posts, _episodes = alert_messages.c, alert_posts.c, alert_episodes.c
_sent = outgoing_messages.c
_owned = _messages.owner_id == bindparam("owner_id")
_here = and_(
    _owned,
    _messages.config_id == bindparam("config_id"),
    or_(
        and_(
            _messages.chat_id == bindparam("chat_id"),
            _messages.thread_id.is_not_distinct_from(bindparam("thread_id", type_=Integer())),
        ),
        and_(_messages.chat_id.is_(None), bindparam("is_default", type_=Boolean())),
    ),
)
_fires = exists().where(_episodes.post_id == _posts.id, _episodes.ended_at.is_(None))

ON_THE_WAY = (
    select(func.count())
    .select_from(alert_messages)
    .join(alert_posts, _posts.id == _messages.post_id)
    .join(outgoing_messages, _sent.id == _messages.message_id)
    .where(
        _owned,
        _messages.config_id == bindparam("config_id"),
        _messages.shown.in_(
            [constant(ShownContent.ALERTS.value), constant(ShownContent.WHOLE.value)]
        ),
        _sent.chat_id == bindparam("chat_id"),
        _sent.state.in_([constant(one.value) for one in sorted(WAITING)]),
        urgency <= bindparam("rank"),
    )
)
DUE_IN = (
    select(alert_messages, _posts.severity.label("severity"))
    .join(alert_posts, _posts.id == _messages.post_id)
    .where(_here, _messages.shown == bindparam("shown"), _messages.due_at <= bindparam("at"))
    .order_by(_messages.post_id)
    .limit(DUE_AT_ONCE)
    .with_for_update(skip_locked=True, of=alert_messages)
)
LATEST = (
    select(_messages.message_id)
    .join(alert_posts, _posts.id == _messages.post_id)
    .where(_here, _messages.shown == bindparam("shown"))
    .group_by(_messages.message_id)
    .having(func.min(_posts.created_at) > bindparam("since"))
    .order_by(func.min(_posts.created_at).desc())
    .limit(1)
)
PUT = (
    update(alert_messages)
    .where(_owned, _messages.post_id == func.any(bindparam("post_ids")))
    .values(
        shown=bindparam("shown"),
        message_id=bindparam("message_id"),
        chat_id=bindparam("chat_id"),
        thread_id=bindparam("thread_id"),
        due_at=null(),
    )
)
# A row that another transaction has locked is being changed by it, and stays due.
_unlocked = (
    select(_messages.post_id)
    .where(_owned, _messages.message_id == bindparam("listing"), _messages.due_at.is_not(None))
    .with_for_update(skip_locked=True)
)
UP_TO_DATE = (
    update(alert_messages)
    .where(_owned, _messages.post_id.in_(_unlocked.scalar_subquery()))
    .values(due_at=null())
)
LISTED = (
    select(
        _posts.name,
        _posts.severity,
        func.count().label("posts"),
        func.count().filter(_fires).label("firing"),
    )
    .select_from(alert_messages)
    .join(alert_posts, _posts.id == _messages.post_id)
    .where(_owned, _messages.message_id == bindparam("listing"))
    .group_by(_posts.name, _posts.severity)
    .order_by(urgency, func.count().desc(), _posts.name)
)


class PostgresSummaries:
    """Implements ``Summaries``."""

    def on_the_way(self, place: ChatPlace, severity: Severity) -> int:
        """Count the posts with messages of their own that wait to be sent to the chat."""
        return int(
            fetch_value(
                ON_THE_WAY,
                owner_id=place.owner_id,
                config_id=place.config_id,
                chat_id=place.chat_id,
                rank=severity.rank,
            )
        )

    def due_in(
        self, place: ChatPlace, shown: ShownContent, at: datetime
    ) -> Sequence[tuple[AlertMessage, Severity]]:
        """Return messages that are due in this state, locked, up to DUE_AT_ONCE."""
        rows = fetch_all(DUE_IN, **values_of(place), shown=shown, at=at)
        return [_with_severity(row) for row in rows]

    def latest(self, place: ChatPlace, shown: ShownContent, since: datetime) -> UUID | None:
        """Return the last summary of this kind whose first post came since then."""
        row = fetch_one(LATEST, **values_of(place), shown=shown, since=since)
        return row["message_id"] if row else None

    def put(
        self, place: ChatPlace, post_ids: Collection[UUID], shown: ShownContent, message_id: UUID
    ) -> None:
        """Let the message show these posts, up to date."""
        execute(
            PUT,
            owner_id=place.owner_id,
            chat_id=place.chat_id,
            thread_id=place.thread_id,
            post_ids=list(post_ids),
            shown=shown,
            message_id=message_id,
        )

    def listed(self, owner_id: UUID, message_id: UUID) -> Sequence[ListedPosts]:
        """Return what the message lists, the most severe first; none of it is due any more."""
        execute(UP_TO_DATE, owner_id=owner_id, listing=message_id)
        rows = fetch_all(LISTED, owner_id=owner_id, listing=message_id)
        return [ListedPosts(**row) for row in rows]


def _with_severity(row: Row) -> tuple[AlertMessage, Severity]:
    severity: Severity = row.pop("severity")
    return message_from(row), severity
