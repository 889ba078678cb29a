"""Messages of posts in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from mara.alerts.adapters.stored_settings import escalation_values, take_escalation
from mara.alerts.adapters.tables import (
    alert_deliveries,
    alert_episodes,
    alert_messages,
    alert_posts,
    alert_votes,
    alerts,
    urgency,
)
from mara.alerts.model.alert import Alert, AlertSource
from mara.alerts.model.alert_message import UNSEEN, AlertMessage, AlertTarget, ShownContent
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.vote import PostVote, VoteCounts
from mara.platform.sql import (
    Row,
    bound,
    constant,
    execute,
    fetch_all,
    fetch_one,
    fetch_value,
    take,
    values_of,
)

_messages, _posts, _alerts, _episodes = alert_messages.c, alert_posts.c, alerts.c, alert_episodes.c
_votes = alert_votes.c
_owned = _messages.owner_id == bindparam("owner_id")
ANSWERED = (ShownContent.NOTHING, ShownContent.ALERTS, ShownContent.WHOLE)
_keys = (_messages.post_id, _messages.owner_id)
_stored = [column for column in _messages if column is not _messages.rung_for]

INSERT = insert(alert_messages).values(bound(_stored))
_shown = (
    _owned,
    _messages.post_id == func.any(bindparam("post_ids")),
    _messages.shown.not_in([constant(one.value) for one in UNSEEN]),
)
CHANGED = update(alert_messages).where(*_shown).values(due_at=bindparam("at"))
SETTLED = (
    update(alert_messages)
    .where(
        _owned,
        _messages.post_id == bindparam("post"),
        # What is held back, or listed with others, shows no answer.
        _messages.shown.in_([constant(one.value) for one in ANSWERED]),
    )
    .values(due_at=bindparam("at"))
)
CLAIM = (
    select(alert_messages)
    .join(alert_posts, _posts.id == _messages.post_id)
    .where(_owned, _messages.due_at <= bindparam("at"))
    .order_by(urgency, _messages.due_at, _messages.post_id)
    .limit(1)
    .with_for_update(skip_locked=True, of=alert_messages)
)
SAVE = (
    update(alert_messages)
    .where(_owned, _messages.post_id == bindparam("id"))
    .values(bound(c for c in _stored if c not in _keys))
)
_given_up = (
    _owned,
    _messages.message_id == func.any(bindparam("given_up")),
    _messages.shown != constant(ShownContent.LOST.value),
)
LOST = (
    update(alert_messages)
    .where(*_given_up)
    .values(shown=constant(ShownContent.LOST.value), due_at=bindparam("at"))
    .returning(_messages.message_id)
)
# Who changes several rows locks them in one order first; who posts waits for no row.
_in_order = select(_messages.post_id).order_by(_messages.post_id).with_for_update()
LOCK_SHOWN = _in_order.where(*_shown)
LOCK_GIVEN_UP = _in_order.where(
    _owned,
    or_(
        _messages.message_id == func.any(bindparam("given_up")),
        _messages.escalation_message_id == func.any(bindparam("given_up")),
    ),
)
COPIES = (
    select(alert_messages)
    .where(_owned, _messages.escalation_message_id == func.any(bindparam("given_up")))
    .order_by(_messages.post_id)
)
_next = (
    select(_messages.post_id, _messages.due_at, _messages.rung_for)
    .where(_owned, _messages.due_at <= bindparam("until"))
    .order_by(_messages.due_at, _messages.post_id)
    .limit(1)
    .with_for_update(skip_locked=True)
    .cte("next")
)
# The doorbell of what is due already has rung, and may have found a worker that saw nothing due.
TAKE_BELL = (
    update(alert_messages)
    .where(
        _messages.post_id == _next.c.post_id,
        or_(_next.c.due_at <= bindparam("at"), _next.c.rung_for.is_distinct_from(_next.c.due_at)),
    )
    .values(rung_for=_next.c.due_at)
    .returning(_messages.due_at)
)
FIND = select(alert_messages).where(_owned, _messages.post_id == bindparam("post"))
LOCK = FIND.with_for_update()
VOTE = (
    insert(alert_votes)
    .values(bound(_votes))
    .on_conflict_do_update(
        index_elements=[_votes.post_id, _votes.telegram_id],
        set_={"helped": bindparam("helped"), "at": bindparam("at")},
    )
)
_votes_of = (_votes.owner_id == bindparam("owner_id"), _votes.post_id == bindparam("post"))
FORGET_VOTES = delete(alert_votes).where(
    *_votes_of, _votes.telegram_id == func.any(bindparam("people"))
)
LAST_VOTE = select(_votes.helped).where(*_votes_of).order_by(_votes.at.desc()).limit(1)
VOTES = (
    select(_votes.helped, func.count().label("people")).where(*_votes_of).group_by(_votes.helped)
)
OWNERS_DUE = (
    select(_messages.owner_id)
    .where(_messages.due_at <= bindparam("at"))
    .distinct()
    .limit(bindparam("limit"))
)
BEFORE = (
    select(_messages.message_id)
    .join(alert_posts, _posts.id == _messages.post_id)
    .where(
        _owned,
        _posts.owner_id == bindparam("owner_id"),
        _posts.key == bindparam("key"),
        _posts.source_kind == bindparam("source_kind"),
        _posts.source_id == bindparam("source_id"),
        _posts.id < bindparam("id"),
        _messages.message_id.is_not(None),
    )
    .order_by(_posts.id.desc())
    .limit(1)
)
ALERTS_OF = (
    select(alerts, func.bool_or(_episodes.ended_at.is_(None)).label("fires"))
    .join(alert_episodes, _episodes.alert_id == _alerts.id)
    .where(_alerts.owner_id == bindparam("owner_id"), _episodes.post_id == bindparam("post_id"))
    .group_by(_alerts.id)
    .order_by(_alerts.id)
)

_deliveries = alert_deliveries.c
_of_post = func.array(
    select(_episodes.alert_id)
    .where(_episodes.owner_id == bindparam("owner_id"), _episodes.post_id == bindparam("post"))
    .scalar_subquery()
)
LEFT_OUT = (
    select(_deliveries.more)
    .where(
        _deliveries.owner_id == bindparam("owner_id"),
        _deliveries.intake_id == bindparam("intake"),
        _deliveries.alert_ids.op("&&")(_of_post),
    )
    .order_by(_deliveries.id.desc())
    .limit(1)
)


class PostgresAlertMessages:
    """Implements ``AlertMessages``."""

    def add_all(self, messages: Collection[AlertMessage]) -> None:
        """Insert messages that are to be shown."""
        for message in messages:
            execute(INSERT, **_values(message))

    def changed(self, owner_id: UUID, post_ids: Collection[UUID], at: datetime) -> int:
        """Let those that are shown be edited; return how many are."""
        if not post_ids:
            return 0
        wanted = {"owner_id": owner_id, "post_ids": list(post_ids)}
        fetch_all(LOCK_SHOWN, **wanted)
        return execute(CHANGED, **wanted, at=at)

    def settled(self, owner_id: UUID, post_id: UUID, at: datetime) -> bool:
        """Let the answer be shown; return whether the post has a message."""
        return execute(SETTLED, owner_id=owner_id, post=post_id, at=at) > 0

    def claim(self, owner_id: UUID, at: datetime) -> AlertMessage | None:
        """Return the most severe one that is due, of these the oldest, locked."""
        row = fetch_one(CLAIM, owner_id=owner_id, at=at)
        return message_from(row) if row else None

    def find(self, owner_id: UUID, post_id: UUID) -> AlertMessage | None:
        """Return the message of a post; None without one."""
        row = fetch_one(FIND, owner_id=owner_id, post=post_id)
        return message_from(row) if row else None

    def lock(self, owner_id: UUID, post_id: UUID) -> AlertMessage | None:
        """Return it, locked until the transaction ends."""
        row = fetch_one(LOCK, owner_id=owner_id, post=post_id)
        return message_from(row) if row else None

    def vote(self, vote: PostVote, *, instead_of: Collection[int] = ()) -> None:
        """Store a vote, in place of an earlier one of the same person or of those named."""
        if instead_of:
            ids = {"owner_id": vote.owner_id, "post": vote.post_id}
            execute(FORGET_VOTES, **ids, people=sorted(instead_of))
        execute(VOTE, **values_of(vote))

    def last_vote(self, owner_id: UUID, post_id: UUID) -> bool | None:
        """Return whether it helped, as the last who voted says; None without votes."""
        found: bool | None = fetch_value(LAST_VOTE, owner_id=owner_id, post=post_id)
        return found

    def votes(self, owner_id: UUID, post_id: UUID) -> VoteCounts:
        """Count the votes on a post."""
        rows = fetch_all(VOTES, owner_id=owner_id, post=post_id)
        people = {row["helped"]: row["people"] for row in rows}
        return VoteCounts(people.get(True, 0), people.get(False, 0))

    def save(self, message: AlertMessage) -> None:
        """Update where and what is shown, and when next."""
        execute(SAVE, id=message.post_id, **_values(message))

    def lost(self, owner_id: UUID, message_ids: Collection[UUID], at: datetime) -> Collection[UUID]:
        """Let the posts that outgoing messages show go another way; return which showed any."""
        wanted = {"owner_id": owner_id, "given_up": list(message_ids)}
        fetch_all(LOCK_GIVEN_UP, **wanted)
        return {row["message_id"] for row in fetch_all(LOST, **wanted, at=at)}

    def lock_copied(self, owner_id: UUID, message_ids: Collection[UUID]) -> Sequence[AlertMessage]:
        """Return the posts of which these outgoing messages are copies, locked."""
        wanted = {"owner_id": owner_id, "given_up": list(message_ids)}
        fetch_all(LOCK_GIVEN_UP, **wanted)
        return [message_from(row) for row in fetch_all(COPIES, **wanted)]

    def take_bell(self, owner_id: UUID, at: datetime, until: datetime) -> datetime | None:
        """Return for when the caller rings for the first that is due; see ``AlertMessages``."""
        found: datetime | None = fetch_value(TAKE_BELL, owner_id=owner_id, at=at, until=until)
        return found

    def owners_due(self, at: datetime, limit: int) -> Sequence[UUID]:
        """Return owners with messages that are due."""
        return [row["owner_id"] for row in fetch_all(OWNERS_DUE, at=at, limit=limit)]

    def message_before(self, post: AlertPost) -> UUID | None:
        """Return the message of the last post before with this question."""
        row = fetch_one(
            BEFORE,
            owner_id=post.owner_id,
            key=post.key,
            source_kind=post.source.kind,
            source_id=post.source.id,
            id=post.id,
        )
        return row["message_id"] if row else None

    def left_out(self, post: AlertPost) -> int:
        """Count the alerts with the post's name that the last delivery of its alerts left out."""
        wanted = {"owner_id": post.owner_id, "post": post.id, "intake": post.source.id}
        row = fetch_one(LEFT_OUT, **wanted)
        return int(row["more"].get(post.name, 0)) if row else 0

    def alerts_of(self, owner_id: UUID, post_id: UUID) -> Sequence[tuple[Alert, bool]]:
        """Return the alerts of a post, and whether each still fires in it."""
        return [_alert(row) for row in fetch_all(ALERTS_OF, owner_id=owner_id, post_id=post_id)]


def message_from(row: Row) -> AlertMessage:
    """Return the message that a row holds."""
    row.pop("rung_for", None)
    escalation = take_escalation(row)
    return AlertMessage(target=take(AlertTarget, row), escalation=escalation, **row)


def _values(message: AlertMessage) -> Row:
    row = values_of(message)
    target: AlertTarget = row.pop("target")
    return {**row, **values_of(target), **escalation_values(row.pop("escalation"))}


def _alert(row: Row) -> tuple[Alert, bool]:
    fires = bool(row.pop("fires"))
    source = AlertSource(row.pop("source_kind"), row.pop("source_id"))
    return Alert(source=source, **row), fires
