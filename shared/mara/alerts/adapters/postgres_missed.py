"""Posts that chats did not get, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from mara.alerts.adapters.tables import alert_episodes, alert_posts, missed_posts, urgency
from mara.alerts.model.missed_post import MissedPost
from mara.alerts.model.summary import ListedPosts
from mara.platform.sql import bound, execute, fetch_all, values_of

_missed, _posts, _episodes = missed_posts.c, alert_posts.c, alert_episodes.c
_fires = (
    select(_episodes.id)
    .where(_episodes.post_id == _posts.id, _episodes.ended_at.is_(None))
    .exists()
)

ADD = insert(missed_posts).values(bound(_missed)).on_conflict_do_nothing()
TAKE = (
    delete(missed_posts)
    .where(
        _missed.owner_id == bindparam("owner_id"),
        _missed.config_id == bindparam("config"),
        _missed.chat_id == bindparam("chat"),
    )
    .returning(missed_posts)
)
FORGET = delete(missed_posts).where(_missed.missed_at < bindparam("before"))
LISTED = (
    select(
        _posts.name,
        _posts.severity,
        func.count().label("posts"),
        func.count().filter(_fires).label("firing"),
    )
    .where(_posts.owner_id == bindparam("owner_id"), _posts.id == func.any(bindparam("ids")))
    .group_by(_posts.name, _posts.severity)
    .order_by(urgency, func.count().desc(), _posts.name)
)


class PostgresMissedPosts:
    """Implements ``MissedPosts``."""

    def add(self, missed: MissedPost) -> None:
        """Remember that a chat did not get a post."""
        execute(ADD, **values_of(missed))

    def take(self, owner_id: UUID, config_id: UUID, chat_id: int) -> Sequence[MissedPost]:
        """Return what a chat missed, and forget it."""
        rows = fetch_all(TAKE, owner_id=owner_id, config=config_id, chat=chat_id)
        return [MissedPost(**row) for row in rows]

    def listed(self, owner_id: UUID, post_ids: Collection[UUID]) -> Sequence[ListedPosts]:
        """Return these posts as a summary lists them."""
        rows = fetch_all(LISTED, owner_id=owner_id, ids=list(post_ids))
        return [ListedPosts(**row) for row in rows]

    def forget(self, before: datetime) -> int:
        """Forget what was missed before a time, of all owners; return how many."""
        return execute(FORGET, before=before)
