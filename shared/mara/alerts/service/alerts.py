"""Shows the alerts that came in, and ends those that monitoring systems forgot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from mara.agents.model.withdrawal import withdrawn_from
from mara.alerts.model.alert import Alert, AlertHistory, AlertSourceKind, AlertStatus, EpisodeEnd
from mara.alerts.model.alert_overview import AlertOverview
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.ports import AlertPosts, Alerts
from mara.alerts.ports.messages import AlertMessages
from mara.documents.ports import OwnDocuments
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork

STALE_AT_ONCE = 500
"""Alerts that one transaction of the schedule ends."""


@dataclass(frozen=True, slots=True)
class AlertService:
    """Lists and shows the caller's alerts."""

    alerts: Alerts
    posts: AlertPosts
    documents: OwnDocuments
    unit_of_work: UnitOfWork

    def list(
        self, caller: Principal, page: PageRequest, *, kind: AlertSourceKind | None = None
    ) -> Page[AlertOverview]:
        """Return a page of the caller's alerts, or of those that came in so. Raises InvalidCursor.

        A cursor says nothing of ``kind``, which each route has of its own.
        """
        wanted = replace(page, filters={**page.filters, "kind": kind})
        with self.unit_of_work(caller.user_id):
            found = self.alerts.list(caller.user_id, wanted)
            results = self.posts.results(caller.user_id, [alert.id for alert in found])
            total = self.alerts.count(caller.user_id, wanted) if page.total else None
        shown = [AlertOverview(alert, results.get(alert.id)) for alert in found]
        return Page.of(shown, page, lambda one: one.alert.id, value_of=_field_of, total=total)

    def get(self, caller: Principal, alert_id: UUID) -> tuple[AlertHistory, Sequence[AlertPost]]:
        """Return an alert with its history, and the posts of its episodes, the newest first.

        The quotes of documents that were deleted since then are missing. Raises AlertNotFound.
        """
        with self.unit_of_work(caller.user_id):
            history = self.alerts.history(caller.user_id, alert_id)
            ids = {episode.post_id for episode in history.episodes}
            posts = self.posts.of_episodes(caller.user_id, ids)
            quoted = {
                one.document_id
                for post in posts
                if post.reply
                for one in (*post.reply.citations, *post.reply.related)
            }
            gone = self.documents.unknown(caller.user_id, quoted)
        shown = [
            replace(post, reply=withdrawn_from(post.reply, post.question, gone))
            if post.reply
            else post
            for post in posts
        ]
        return history, shown


def _field_of(one: AlertOverview, name: str) -> datetime:
    return one.alert.last_at if name == "last_at" else one.alert.first_at


@dataclass(frozen=True, slots=True)
class StalenessService:
    """Ends alerts that fire and got no signal for ``stale_after``."""

    alerts: Alerts
    messages: AlertMessages
    unit_of_work: UnitOfWork
    stale_after: timedelta

    def end_stale(self, at: datetime) -> int:
        """Return how many alerts were ended; each page of them is a transaction."""
        ended = 0
        while True:
            with self.unit_of_work(SYSTEM):
                page = self.alerts.stale(at - self.stale_after, STALE_AT_ONCE)
                self._end(page, at)
            ended += len(page)
            if len(page) < STALE_AT_ONCE:
                return ended

    def _end(self, page: Sequence[Alert], at: datetime) -> None:
        ended = [replace(a, state=a.state.expire(), status=AlertStatus.STALE) for a in page]
        by_owner: dict[UUID, list[UUID]] = {}
        for alert in page:
            by_owner.setdefault(alert.owner_id, []).append(alert.id)
        episodes = [
            episode.over(at, EpisodeEnd.STALE)
            for owner_id, ids in by_owner.items()
            for episode in self.alerts.open_episodes(owner_id, ids)
        ]
        self.alerts.save(ended, episodes, [])
        for owner_id in by_owner:
            # The schedule rings for them.
            changed = {one.post_id for one in episodes if one.owner_id == owner_id}
            self.messages.changed(owner_id, changed, at)
