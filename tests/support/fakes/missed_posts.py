"""Posts that chats did not get, in memory."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.missed_post import MissedPost
from mara.alerts.model.severity import Severity
from mara.alerts.model.summary import ListedPosts
from tests.support.fakes.database import FakeDatabase, Tables


class FakeMissedPosts:
    """Implements ``MissedPosts``. One transaction runs at a time, so that none takes beside it."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[tuple[UUID, UUID, int], MissedPost]:
        return self._database.tables.missed_posts

    def add(self, missed: MissedPost) -> None:
        self._rows.setdefault((missed.post_id, missed.config_id, missed.chat_id), missed)

    def take(self, owner_id: UUID, config_id: UUID, chat_id: int) -> Sequence[MissedPost]:
        wanted = (owner_id, config_id, chat_id)
        rows = self._rows.values()
        found = [one for one in rows if (one.owner_id, one.config_id, one.chat_id) == wanted]
        return self._forget(found)

    def listed(self, owner_id: UUID, post_ids: Collection[UUID]) -> Sequence[ListedPosts]:
        tables = self._database.tables
        posts = [one for one in tables.alert_posts.values() if one.id in post_ids]
        return listed_posts(tables, [one for one in posts if one.owner_id == owner_id])

    def forget(self, before: datetime) -> int:
        return len(self._forget([o for o in self._rows.values() if o.missed_at < before]))

    def _forget(self, found: Sequence[MissedPost]) -> Sequence[MissedPost]:
        for one in found:
            del self._rows[one.post_id, one.config_id, one.chat_id]
        return found


def listed_posts(tables: Tables, posts: Collection[AlertPost]) -> Sequence[ListedPosts]:
    """The posts as summaries list them, the most severe first, of these the most frequent."""
    episodes = tables.alert_episodes.values()
    firing = {one.post_id for one in episodes if one.ended_at is None}
    groups = defaultdict[tuple[str, Severity], list[UUID]](list)
    for post in posts:
        groups[post.name, post.severity].append(post.id)
    found = [
        ListedPosts(name, severity, len(ids), len(firing.intersection(ids)))
        for (name, severity), ids in groups.items()
    ]
    return sorted(found, key=lambda one: (one.severity.rank, -one.posts, one.name))
