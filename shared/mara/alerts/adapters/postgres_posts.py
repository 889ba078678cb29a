"""Posts in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from mara.alerts.adapters.post_results import results_of
from mara.alerts.adapters.tables import alert_posts, urgency
from mara.alerts.model.alert import AlertSource
from mara.alerts.model.alert_overview import PostResult
from mara.alerts.model.alert_post import ASKED_AT_ONCE_MAX, AlertPost, PostState
from mara.kernel.correlation import current
from mara.platform.sql import (
    Row,
    bound,
    constant,
    execute,
    fetch_all,
    fetch_one,
    fetch_value,
    values_of,
)

_columns = alert_posts.c
_owned = _columns.owner_id == bindparam("owner_id")
_waiting = _columns.state == constant(PostState.WAITING.value)
_due = and_(
    _waiting,
    or_(_columns.try_after.is_(None), _columns.try_after <= bindparam("at")),
    or_(_columns.leased_until.is_(None), _columns.leased_until < bindparam("at")),
)
_result = (
    *(_columns.state, _columns.tries, _columns.answer_id, _columns.agent_version, _columns.reply),
    *(_columns.failure, _columns.asked_at, _columns.settled_at, _columns.try_after),
    _columns.leased_until,
)

INSERT = insert(alert_posts).values(bound(_columns))
NEWEST = (
    select(alert_posts)
    .where(
        _owned,
        _columns.source_kind == bindparam("source_kind"),
        _columns.source_id == bindparam("source_id"),
        _columns.key == func.any(bindparam("keys")),
    )
    .ext(distinct_on(_columns.key))
    .order_by(_columns.key, _columns.id.desc())
)
OF_EPISODES = (
    select(alert_posts)
    .where(_owned, _columns.id == func.any(bindparam("ids")))
    .order_by(_columns.id.desc())
)
_other = alert_posts.alias("other")
_asked_now = (
    _other.c.owner_id == bindparam("owner_id"),
    _other.c.state == constant(PostState.WAITING.value),
    _other.c.leased_until >= bindparam("at"),
)
_same_is_asked = exists().where(
    *_asked_now,
    _other.c.key == _columns.key,
    _other.c.agent_id == _columns.agent_id,
    _other.c.is_test == _columns.is_test,
)
_asked_at_once = select(func.count()).select_from(_other).where(*_asked_now).scalar_subquery()
CLAIM = (
    update(alert_posts)
    .where(
        _columns.id
        == select(_columns.id)
        .where(_owned, _due, ~_same_is_asked, _asked_at_once < ASKED_AT_ONCE_MAX)
        .order_by(urgency, _columns.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    .values(leased_until=bindparam("until"), tries=_columns.tries + 1)
    .returning(alert_posts)
)
_tried_at = func.greatest(_columns.created_at, _columns.try_after, _columns.leased_until)
NEXT_TRY = select(func.min(_tried_at)).where(_owned, _waiting, _tried_at > bindparam("at"))
ASKED_SINCE = (
    select(func.count())
    .select_from(alert_posts)
    .where(
        _owned,
        _columns.asked_at > bindparam("since"),
        or_(_columns.is_test, literal(value=True) != bindparam("tests")),
    )
)
ANSWERED_SINCE = (
    select(alert_posts)
    .where(
        _owned,
        _columns.key == bindparam("key"),
        _columns.agent_id == bindparam("agent_id"),
        _columns.agent_version == bindparam("version"),
        _columns.settled_at > bindparam("since"),
        _columns.reply.is_not(None),
        _columns.is_test == bindparam("is_test"),
    )
    .order_by(_columns.settled_at.desc())
    .limit(1)
)
SAVE = update(alert_posts).where(_owned, _columns.id == bindparam("post_id")).values(bound(_result))
OWNERS_WAITING = select(_columns.owner_id).where(_due).distinct().limit(bindparam("limit"))


class PostgresAlertPosts:
    """Implements ``AlertPosts``."""

    def newest(
        self, owner_id: UUID, source: AlertSource, keys: Collection[str]
    ) -> Sequence[AlertPost]:
        """Return the newest post of each key that has one."""
        rows = fetch_all(
            NEWEST,
            owner_id=owner_id,
            source_kind=source.kind,
            source_id=source.id,
            keys=list(keys),
        )
        return [_post(row) for row in rows]

    def add_all(self, posts: Sequence[AlertPost]) -> None:
        """Insert posts."""
        for post in posts:
            execute(INSERT, **{**_values(post), "correlation_id": current()})

    def of_episodes(self, owner_id: UUID, post_ids: Collection[UUID]) -> Sequence[AlertPost]:
        """Return these posts, the newest first."""
        return [_post(row) for row in fetch_all(OF_EPISODES, owner_id=owner_id, ids=list(post_ids))]

    def claim(self, owner_id: UUID, at: datetime, until: datetime) -> AlertPost | None:
        """Lease a post that waits and count the try; see ``AlertPosts.claim``."""
        row = fetch_one(CLAIM, owner_id=owner_id, at=at, until=until)
        return _post(row) if row else None

    def next_try(self, owner_id: UUID, at: datetime) -> datetime | None:
        """Return when the next of the posts that wait may be tried after ``at``."""
        found: datetime | None = fetch_value(NEXT_TRY, owner_id=owner_id, at=at)
        return found

    def asked_since(self, owner_id: UUID, since: datetime, *, tests: bool) -> int:
        """Return for how many posts an agent was asked since then."""
        return int(fetch_value(ASKED_SINCE, owner_id=owner_id, since=since, tests=tests))

    def answered_since(self, post: AlertPost, version: int, since: datetime) -> AlertPost | None:
        """Return a post with the same question, whose agent's ``version`` answered it."""
        row = fetch_one(
            ANSWERED_SINCE,
            owner_id=post.owner_id,
            key=post.key,
            agent_id=post.agent_id,
            version=version,
            since=since,
            is_test=post.is_test,
        )
        return _post(row) if row else None

    def save(self, post: AlertPost) -> None:
        """Update what became of the question."""
        execute(SAVE, post_id=post.id, **_values(post))

    def results(self, owner_id: UUID, alert_ids: Collection[UUID]) -> Mapping[UUID, PostResult]:
        """Return what became of the newest post of each alert that has one."""
        return results_of(owner_id, alert_ids)

    def owners_waiting(self, at: datetime, limit: int) -> Sequence[UUID]:
        """Return owners with posts that may be tried at that time."""
        return [row["owner_id"] for row in fetch_all(OWNERS_WAITING, at=at, limit=limit)]


def _post(row: Row) -> AlertPost:
    return AlertPost(source=AlertSource(row.pop("source_kind"), row.pop("source_id")), **row)


def _values(post: AlertPost) -> Row:
    row = values_of(post)
    source: AlertSource = row.pop("source")
    return {**row, "source_kind": source.kind, "source_id": source.id}
