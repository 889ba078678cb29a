"""Updates of bots and the leases of their lanes in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from mara.kernel.correlation import current
from mara.kernel.messages import Message
from mara.platform.outbox_rows import OutboxMessage, row_of
from mara.platform.sql import Row, bound, constant, execute, fetch_all, fetch_one, fetch_value
from mara.platform.tables import outbox
from mara.telegram.adapters.tables import bot_lanes, bot_updates
from mara.telegram.model.update import ClaimedUpdate, DeadUpdate, FailedUpdate, Lane, UpdateState

_updates, _lanes = bot_updates.c, bot_lanes.c
_waits = _updates.state == constant("waiting")
_lane_key = (_lanes.config_id == bindparam("config_id"), _lanes.name == bindparam("lane"))
_update_key = (
    _updates.config_id == bindparam("config_id"),
    _updates.update_id == bindparam("update_id"),
)
_of_lane = (_updates.config_id == bindparam("config_id"), _updates.lane == bindparam("lane"))
_is_holder = _lanes.holder == bindparam("holder")

_claimed = (
    insert(bot_updates)
    .values(bound(c for c in _updates if c.name not in {"position", "letter_id"}))
    .on_conflict_do_nothing(index_elements=["config_id", "update_id"])
    .returning(_updates.config_id, _updates.lane, _updates.owner_id)
    .cte("claimed")
)
_lane_added = (
    insert(bot_lanes)
    .from_select(
        ["config_id", "name", "owner_id"],
        select(_claimed.c.config_id, _claimed.c.lane, _claimed.c.owner_id),
    )
    .on_conflict_do_nothing(index_elements=["config_id", "name"])
    .cte("lane")
)
_announcement = {
    name: cast(bindparam(f"message_{name}"), outbox.c[name].type)
    for name in ("id", "queue", "body", "correlation_id")
}
_announced = (
    insert(outbox)
    .from_select(
        [*_announcement],
        select(*_announcement.values())
        .select_from(_claimed)
        .where(_announcement["id"].is_not(None)),
    )
    .cte("announced")
)
# One round trip: Telegram waits for the answer before it sends the next update of the chat.
CLAIM = select(func.count()).select_from(_claimed).add_cte(_lane_added, _announced)
LEASE = (
    update(bot_lanes)
    .where(
        *_lane_key,
        or_(_lanes.holder.is_(None), _is_holder, _lanes.leased_until <= bindparam("now")),
    )
    .values(holder=bindparam("holder"), leased_until=bindparam("until"))
)
HOLD = select(_lanes.name).where(*_lane_key, _is_holder).with_for_update()
RELEASE = update(bot_lanes).where(*_lane_key, _is_holder).values(holder=null(), leased_until=null())
MEMBERSHIP = (
    update(bot_lanes)
    .where(*_lane_key, or_(_lanes.membership_at.is_(None), _lanes.membership_at <= bindparam("at")))
    .values(membership_at=bindparam("at"))
)
NEXT = select(bot_updates).where(*_of_lane, _waits).order_by(_updates.position).limit(1)
HANDLED = (
    update(bot_updates)
    .where(*_update_key, _waits)
    .values(state=UpdateState.HANDLED, body=null(), due_at=null(), reason=null())
)
FAILED = (
    update(bot_updates)
    .where(*_update_key, _waits)
    .values(bound((_updates.state, _updates.attempts, _updates.due_at, _updates.reason)))
)
LIST_IDLE = (
    select(_updates.config_id, _updates.owner_id, _updates.lane)
    .join(bot_lanes, and_(_lanes.config_id == _updates.config_id, _lanes.name == _updates.lane))
    .where(
        _waits,
        or_(_updates.due_at.is_(None), _updates.due_at <= bindparam("now")),
        or_(_lanes.holder.is_(None), _lanes.leased_until <= bindparam("now")),
    )
    .group_by(_updates.config_id, _updates.owner_id, _updates.lane)
    .order_by(func.min(_updates.position))
    .limit(bindparam("limit"))
)
_is_dead = (
    _updates.config_id == bindparam("of_config"),
    _updates.state == constant("dead"),
)
LIST_DEAD = (
    select(
        *(_updates.update_id, _updates.lane, _updates.reason),
        *(_updates.attempts, _updates.received_at),
    )
    .where(*_is_dead)
    .order_by(_updates.position)
    .limit(bindparam("limit"))
)
REDRIVE = (
    update(bot_updates)
    .where(
        *_is_dead,
        or_(
            bindparam("is_all", type_=Boolean),
            _updates.update_id == func.any(bindparam("update_ids")),
        ),
    )
    .values(state=UpdateState.WAITING, attempts=0, due_at=null(), reason=null())
    .returning(_updates.config_id, _updates.owner_id, _updates.lane)
)
FORGET = delete(bot_updates).where(
    or_(
        and_(
            _updates.state == constant("handled"),
            _updates.received_at < bindparam("handled_before"),
        ),
        and_(_updates.state == constant("dead"), _updates.received_at < bindparam("dead_before")),
    )
)

_of_any = exists().where(_updates.config_id == _lanes.config_id, _updates.lane == _lanes.name)
FORGET_LANES = delete(bot_lanes).where(_lanes.holder.is_(None), ~_of_any)
# Who claims an update locks no lane, which may be forgotten in that moment.
RESTORE_LANES = (
    insert(bot_lanes)
    .from_select(
        ["config_id", "name", "owner_id"],
        select(_updates.config_id, _updates.lane, _updates.owner_id)
        .distinct()
        .where(
            _waits,
            ~exists().where(_lanes.config_id == _updates.config_id, _lanes.name == _updates.lane),
        ),
    )
    .on_conflict_do_nothing(index_elements=["config_id", "name"])
)


def _parameters(message: OutboxMessage | None) -> dict[str, object]:
    names = _announcement
    return {f"message_{name}": getattr(message, name, None) for name in names}


class PostgresUpdates:
    """Implements ``Updates``."""

    def claim(self, update: ClaimedUpdate, message: Message | None = None) -> bool:
        """Store an update and its message; False where the bot has claimed its id already."""
        announced = None if message is None else row_of(message)
        row = {
            "config_id": update.config_id,
            "update_id": update.update_id,
            "owner_id": update.owner_id,
            "lane": update.lane,
            "body": update.body,
            "state": UpdateState.WAITING,
            "attempts": update.attempts,
            "due_at": update.due_at,
            "reason": None,
            "received_at": update.received_at,
            "correlation_id": current(),
        }
        is_new = bool(fetch_value(CLAIM, **row, **_parameters(announced)))
        if is_new and announced is not None:
            # Here, so that functions which handle or list updates load no queue.
            from mara.platform.outbox import send_after_commit

            send_after_commit([announced])
        return is_new

    def lease(self, lane: Lane, holder: UUID, *, now: datetime, until: datetime) -> bool:
        """Lease the lane, or renew its lease; False where another holder has it."""
        return execute(LEASE, **_key(lane), holder=holder, now=now, until=until) == 1

    def hold(self, lane: Lane, holder: UUID) -> bool:
        """Lock the lane until the transaction ends; False where another holder leased it."""
        return fetch_value(HOLD, **_key(lane), holder=holder) is not None

    def next(self, lane: Lane) -> ClaimedUpdate | None:
        """Return the oldest waiting update of the lane, whether it is due or not."""
        row = fetch_one(NEXT, **_key(lane))
        return _update(row) if row else None

    def is_newest_membership(self, lane: Lane, at: datetime) -> bool:
        """Remember the time of a membership; False where a later one is remembered."""
        return execute(MEMBERSHIP, **_key(lane), at=at) == 1

    def handled(self, update: ClaimedUpdate) -> None:
        """Mark the update as handled, and delete its body."""
        execute(HANDLED, config_id=update.config_id, update_id=update.update_id)

    def failed(self, failed: FailedUpdate) -> None:
        """Store a failure: the time of the next try, or the death of the update."""
        key = {"config_id": failed.update.config_id, "update_id": failed.update.update_id}
        execute(
            FAILED,
            **key,
            state=failed.state,
            attempts=failed.attempts,
            due_at=failed.at,
            reason=failed.reason,
        )

    def release(self, lane: Lane, holder: UUID) -> bool:
        """Free the lane, then look whether updates wait."""
        execute(RELEASE, **_key(lane), holder=holder)
        return fetch_one(NEXT, **_key(lane)) is not None

    def list_idle(self, now: datetime, *, limit: int) -> Sequence[Lane]:
        """Return lanes with due updates that no one has leased, the longest waiting first."""
        rows = fetch_all(LIST_IDLE, now=now, limit=limit)
        return [Lane(row["config_id"], row["owner_id"], row["lane"]) for row in rows]

    def list_dead(self, config_id: UUID, *, limit: int) -> Sequence[DeadUpdate]:
        """Return the bot's dead updates, the oldest first."""
        return [DeadUpdate(**row) for row in fetch_all(LIST_DEAD, of_config=config_id, limit=limit)]

    def redrive(self, config_id: UUID, update_ids: Collection[int] | None) -> Sequence[Lane]:
        """Let dead updates wait again, by default all; return the lane of each."""
        wanted = {"is_all": update_ids is None, "update_ids": list(update_ids or ())}
        rows = fetch_all(REDRIVE, of_config=config_id, **wanted)
        return [Lane(row["config_id"], row["owner_id"], row["lane"]) for row in rows]

    def forget(self, *, handled_before: datetime, dead_before: datetime) -> int:
        """Delete handled and dead updates that were received before these times; their number."""
        return execute(FORGET, handled_before=handled_before, dead_before=dead_before)

    def forget_lanes(self) -> int:
        """Delete lanes of which no update is kept; their number."""
        return execute(FORGET_LANES)

    def restore_lanes(self) -> int:
        """Add lanes that were forgotten while an update was claimed; their number."""
        return execute(RESTORE_LANES)


def _key(lane: Lane) -> Row:
    return {"config_id": lane.config_id, "lane": lane.name}


def _update(row: Row) -> ClaimedUpdate:
    return ClaimedUpdate(
        config_id=row["config_id"],
        owner_id=row["owner_id"],
        update_id=row["update_id"],
        lane=row["lane"],
        body=row["body"],
        received_at=row["received_at"],
        attempts=row["attempts"],
        due_at=row["due_at"],
        correlation_id=row["correlation_id"],
    )
