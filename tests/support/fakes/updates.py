"""Updates of bots and the leases of their lanes in memory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mara.kernel.messages import Message
from mara.telegram.model.update import ClaimedUpdate, DeadUpdate, FailedUpdate, Lane, UpdateState
from tests.support.fakes.database import FakeDatabase


@dataclass(frozen=True)
class StoredUpdate:
    """A row of updates; dictionaries keep the order of the claims."""

    update: ClaimedUpdate
    state: UpdateState = UpdateState.WAITING
    reason: str | None = None

    def is_due(self, now: datetime) -> bool:
        return self.update.due_at is None or self.update.due_at <= now


class FakeUpdates:
    """Implements ``Updates``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[tuple[UUID, int], StoredUpdate]:
        return self._database.tables.bot_updates

    @property
    def _leases(self) -> dict[Lane, tuple[UUID, datetime]]:
        return self._database.tables.bot_lanes

    def claim(self, update: ClaimedUpdate, message: Message | None = None) -> bool:
        if _key(update) in self._rows:
            return False
        self._rows[_key(update)] = StoredUpdate(update)
        if message is not None:
            self._database.publish(message)
        return True

    def lease(self, lane: Lane, holder: UUID, *, now: datetime, until: datetime) -> bool:
        if not any(row.update.in_lane == lane for row in self._rows.values()):
            return False
        known = self._leases.get(lane)
        if known is not None and known[0] != holder and known[1] > now:
            return False
        self._leases[lane] = (holder, until)
        return True

    def hold(self, lane: Lane, holder: UUID) -> bool:
        known = self._leases.get(lane)
        return known is not None and known[0] == holder

    def next(self, lane: Lane) -> ClaimedUpdate | None:
        waiting = (row.update for row in self._waiting() if row.update.in_lane == lane)
        return next(waiting, None)

    def is_newest_membership(self, lane: Lane, at: datetime) -> bool:
        known = self._database.tables.bot_memberships
        if at < known.get(lane, at):
            return False
        known[lane] = at
        return True

    def handled(self, update: ClaimedUpdate) -> None:
        kept = replace(update, body=b"", due_at=None)
        self._rows[_key(update)] = StoredUpdate(kept, UpdateState.HANDLED)

    def failed(self, failed: FailedUpdate) -> None:
        update = replace(failed.update, attempts=failed.attempts, due_at=failed.at)
        self._rows[_key(update)] = StoredUpdate(update, failed.state, failed.reason)

    def release(self, lane: Lane, holder: UUID) -> bool:
        if self.hold(lane, holder):
            del self._leases[lane]
        return self.next(lane) is not None

    def list_idle(self, now: datetime, *, limit: int) -> Sequence[Lane]:
        due = dict.fromkeys(row.update.in_lane for row in self._waiting() if row.is_due(now))
        leased = {lane for lane, (_, until) in self._leases.items() if until > now}
        return [lane for lane in due if lane not in leased][:limit]

    def list_dead(self, config_id: UUID, *, limit: int) -> Sequence[DeadUpdate]:
        return [
            DeadUpdate(
                row.update.update_id,
                row.update.lane,
                row.reason or "",
                row.update.attempts,
                row.update.received_at,
            )
            for row in self._dead(config_id)
        ][:limit]

    def redrive(self, config_id: UUID, update_ids: Collection[int] | None) -> Sequence[Lane]:
        dead = self._dead(config_id)
        wanted = [one for one in dead if update_ids is None or one.update.update_id in update_ids]
        for row in wanted:
            fresh = replace(row.update, attempts=0, due_at=None)
            self._rows[_key(row.update)] = StoredUpdate(fresh)
        return [row.update.in_lane for row in wanted]

    def _dead(self, config_id: UUID) -> list[StoredUpdate]:
        return [
            row
            for row in self._rows.values()
            if row.state is UpdateState.DEAD and row.update.config_id == config_id
        ]

    def forget_lanes(self) -> int:
        return 0  # the fake has no rows of lanes

    def restore_lanes(self) -> int:
        return 0

    def forget(self, *, handled_before: datetime, dead_before: datetime) -> int:
        before = {UpdateState.HANDLED: handled_before, UpdateState.DEAD: dead_before}
        old = [
            key
            for key, row in self._rows.items()
            if row.state in before and row.update.received_at < before[row.state]
        ]
        for key in old:
            del self._rows[key]
        return len(old)

    def _waiting(self) -> list[StoredUpdate]:
        return [row for row in self._rows.values() if row.state is UpdateState.WAITING]


def _key(update: ClaimedUpdate) -> tuple[UUID, int]:
    return update.config_id, update.update_id
