"""Posts of alerts and their messages in memory."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mara.alerts.model.alert import Alert, AlertSource
from mara.alerts.model.alert_message import LISTED, UNSEEN, AlertMessage, ShownContent
from mara.alerts.model.alert_overview import PostResult
from mara.alerts.model.alert_post import ASKED_AT_ONCE_MAX, AlertPost, PostState
from mara.alerts.model.vote import PostVote, VoteCounts
from mara.kernel.correlation import current
from tests.support.fakes.database import FakeDatabase, Tables

NO_ANSWER = {ShownContent.HELD, ShownContent.LOST, *LISTED}


class FakeAlertPosts:
    """Implements ``AlertPosts``. One transaction runs at a time, so that claims never meet."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[UUID, AlertPost]:
        return self._database.tables.alert_posts

    def newest(
        self, owner_id: UUID, source: AlertSource, keys: Collection[str]
    ) -> Sequence[AlertPost]:
        found: dict[str, AlertPost] = {}
        for one in sorted(self._of(owner_id), key=lambda one: one.id):
            if one.source == source and one.key in keys:
                found[one.key] = one
        return list(found.values())

    def add_all(self, posts: Sequence[AlertPost]) -> None:
        self._rows.update({one.id: replace(one, correlation_id=current()) for one in posts})

    def of_episodes(self, owner_id: UUID, post_ids: Collection[UUID]) -> Sequence[AlertPost]:
        found = [one for one in self._of(owner_id) if one.id in post_ids]
        return sorted(found, key=lambda one: one.id, reverse=True)

    def claim(self, owner_id: UUID, at: datetime, until: datetime) -> AlertPost | None:
        asked = [one for one in self._of(owner_id) if _is_leased(one, at)]
        same = {(one.key, one.agent_id, one.is_test) for one in asked}
        due = [
            one
            for one in self._of(owner_id)
            if _is_due(one, at) and (one.key, one.agent_id, one.is_test) not in same
        ]
        if not due or len(asked) >= ASKED_AT_ONCE_MAX:
            return None
        first = min(due, key=lambda one: (one.severity.rank, one.id))
        self._rows[first.id] = replace(first, leased_until=until, tries=first.tries + 1)
        return self._rows[first.id]

    def next_try(self, owner_id: UUID, at: datetime) -> datetime | None:
        waiting = [one for one in self._of(owner_id) if one.state is PostState.WAITING]
        times = (
            max(filter(None, (one.created_at, one.try_after, one.leased_until))) for one in waiting
        )
        return min((one for one in times if one > at), default=None)

    def asked_since(self, owner_id: UUID, since: datetime, *, tests: bool) -> int:
        asked = [one for one in self._of(owner_id) if one.asked_at and one.asked_at > since]
        return sum(one.is_test or not tests for one in asked)

    def answered_since(self, post: AlertPost, version: int, since: datetime) -> AlertPost | None:
        wanted = (post.key, post.agent_id, version, post.is_test)
        found = [
            (one.settled_at, one)
            for one in self._of(post.owner_id)
            if one.reply is not None
            and (one.key, one.agent_id, one.agent_version, one.is_test) == wanted
            and one.settled_at is not None
            and one.settled_at > since
        ]
        return max(found, key=lambda each: each[0])[1] if found else None

    def save(self, post: AlertPost) -> None:
        known = self._rows[post.id]
        self._rows[post.id] = replace(
            known,
            state=post.state,
            tries=post.tries,
            answer_id=post.answer_id,
            agent_version=post.agent_version,
            reply=post.reply,
            failure=post.failure,
            asked_at=post.asked_at,
            settled_at=post.settled_at,
            try_after=post.try_after,
            leased_until=post.leased_until,
        )

    def results(self, owner_id: UUID, alert_ids: Collection[UUID]) -> Mapping[UUID, PostResult]:
        tables = self._database.tables
        newest: dict[UUID, UUID] = {}
        for one in sorted(tables.alert_episodes.values(), key=lambda one: one.id):
            if one.owner_id == owner_id and one.alert_id in alert_ids:
                newest[one.alert_id] = one.post_id
        return {alert_id: _result(tables, post_id) for alert_id, post_id in newest.items()}

    def owners_waiting(self, at: datetime, limit: int) -> Sequence[UUID]:
        return _distinct((o.owner_id for o in self._rows.values() if _is_due(o, at)), limit)

    def _of(self, owner_id: UUID) -> Sequence[AlertPost]:
        return [one for one in self._rows.values() if one.owner_id == owner_id]


class FakeAlertMessages:
    """Implements ``AlertMessages``. One transaction runs at a time, so that nothing is locked."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[UUID, AlertMessage]:
        return self._database.tables.alert_messages

    def add_all(self, messages: Collection[AlertMessage]) -> None:
        self._rows.update({one.post_id: one for one in messages})

    def changed(self, owner_id: UUID, post_ids: Collection[UUID], at: datetime) -> int:
        of_posts = [one for one in self._of(owner_id) if one.post_id in post_ids]
        found = [one for one in of_posts if one.shown not in UNSEEN]
        self.add_all([replace(one, due_at=at) for one in found])
        return len(found)

    def settled(self, owner_id: UUID, post_id: UUID, at: datetime) -> bool:
        found = self.find(owner_id, post_id)
        if found is None or found.shown in NO_ANSWER:
            return False
        self._rows[post_id] = replace(found, due_at=at)
        return True

    def claim(self, owner_id: UUID, at: datetime) -> AlertMessage | None:
        posts = self._database.tables.alert_posts
        due = [
            (posts[one.post_id].severity.rank, one.due_at, one.post_id, one)
            for one in self._of(owner_id)
            if one.due_at and one.due_at <= at
        ]
        return min(due, key=lambda each: each[:3])[3] if due else None

    def find(self, owner_id: UUID, post_id: UUID) -> AlertMessage | None:
        found = self._rows.get(post_id)
        return found if found and found.owner_id == owner_id else None

    def lock(self, owner_id: UUID, post_id: UUID) -> AlertMessage | None:
        return self.find(owner_id, post_id)

    def vote(self, vote: PostVote, *, instead_of: Collection[int] = ()) -> None:
        votes = self._database.tables.alert_votes
        for person in instead_of:
            votes.pop((vote.post_id, person), None)
        votes[vote.post_id, vote.telegram_id] = vote

    def last_vote(self, owner_id: UUID, post_id: UUID) -> bool | None:
        votes = self._database.tables.alert_votes.values()
        found = [one for one in votes if (one.owner_id, one.post_id) == (owner_id, post_id)]
        return max(found, key=lambda one: one.at).helped if found else None

    def votes(self, owner_id: UUID, post_id: UUID) -> VoteCounts:
        return _votes(self._database.tables, post_id)

    def save(self, message: AlertMessage) -> None:
        self._rows[message.post_id] = message

    def lost(self, owner_id: UUID, message_ids: Collection[UUID], at: datetime) -> Collection[UUID]:
        found = [
            one
            for one in self._of(owner_id)
            if one.message_id in message_ids and one.shown is not ShownContent.LOST
        ]
        self.add_all([replace(one, shown=ShownContent.LOST, due_at=at) for one in found])
        return {one.message_id for one in found if one.message_id is not None}

    def lock_copied(self, owner_id: UUID, message_ids: Collection[UUID]) -> Sequence[AlertMessage]:
        found = [one for one in self._of(owner_id) if one.escalation_message_id in message_ids]
        return sorted(found, key=lambda one: one.post_id)

    def take_bell(self, owner_id: UUID, at: datetime, until: datetime) -> datetime | None:
        due = [(o.due_at, o.post_id) for o in self._of(owner_id) if o.due_at and o.due_at <= until]
        if not due:
            return None
        rung, (due_at, post_id) = self._database.tables.rung_for, min(due)
        if due_at > at and rung.get(post_id) == due_at:
            return None
        rung[post_id] = due_at
        return due_at

    def owners_due(self, at: datetime, limit: int) -> Sequence[UUID]:
        rows = self._rows.values()
        return _distinct((o.owner_id for o in rows if o.due_at and o.due_at <= at), limit)

    def message_before(self, post: AlertPost) -> UUID | None:
        posts = self._database.tables.alert_posts
        wanted = (post.owner_id, post.key, post.source)
        before = [
            one
            for one in self._of(post.owner_id)
            if one.message_id
            and one.post_id < post.id
            and (posts[one.post_id].owner_id, posts[one.post_id].key, posts[one.post_id].source)
            == wanted
        ]
        return max(before, key=lambda one: one.post_id).message_id if before else None

    def left_out(self, post: AlertPost) -> int:
        tables = self._database.tables
        ids = {one.alert_id for one in tables.alert_episodes.values() if one.post_id == post.id}
        found = [
            one
            for one in tables.alert_deliveries.values()
            if one.intake_id == post.source.id and ids & set(one.alert_ids)
        ]
        return max(found, key=lambda one: one.id).more.get(post.name, 0) if found else 0

    def alerts_of(self, owner_id: UUID, post_id: UUID) -> Sequence[tuple[Alert, bool]]:
        tables = self._database.tables
        fires: dict[UUID, bool] = {}
        for one in tables.alert_episodes.values():
            if (one.owner_id, one.post_id) == (owner_id, post_id):
                fires[one.alert_id] = fires.get(one.alert_id, False) or one.ended_at is None
        return [(tables.alerts[alert_id], fires[alert_id]) for alert_id in sorted(fires)]

    def _of(self, owner_id: UUID) -> Sequence[AlertMessage]:
        return [one for one in self._rows.values() if one.owner_id == owner_id]


def _is_due(post: AlertPost, at: datetime) -> bool:
    may_be_tried = post.try_after is None or post.try_after <= at
    is_free = post.leased_until is None or post.leased_until < at
    return post.state is PostState.WAITING and may_be_tried and is_free


def _is_leased(post: AlertPost, at: datetime) -> bool:
    is_waiting = post.state is PostState.WAITING
    return is_waiting and post.leased_until is not None and post.leased_until >= at


def _result(tables: Tables, post_id: UUID) -> PostResult:
    post, message = tables.alert_posts[post_id], tables.alert_messages.get(post_id)
    is_shown = message is not None and message.message_id is not None
    return PostResult(
        post_id=post_id,
        state=post.state,
        created_at=post.created_at,
        settled_at=post.settled_at,
        votes=_votes(tables, post_id),
        escalated_at=message.escalated_at if message and is_shown else None,
        chat_id=message.target.chat_id if message and is_shown else None,
    )


def _votes(tables: Tables, post_id: UUID) -> VoteCounts:
    said = [one.helped for one in tables.alert_votes.values() if one.post_id == post_id]
    return VoteCounts(said.count(True), said.count(False))


def _distinct(owner_ids: Iterable[UUID], limit: int) -> Sequence[UUID]:
    return list(dict.fromkeys(owner_ids))[:limit]
