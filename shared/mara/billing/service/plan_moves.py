"""Moves of subscribers from older versions of a plan to the current one."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.billing.errors import InvalidNotice, PlanNotFound
from mara.billing.model.change_set import ChangeSet
from mara.billing.model.moves import move
from mara.billing.model.plan import PlanVersion
from mara.billing.ports import Plans
from mara.billing.service.accounts import AccountBooks
from mara.kernel.clock import Clock
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork

BATCH: Final = 500
NOTICE_MAX: Final = timedelta(days=366)


@dataclass
class PlanMove:
    """How many subscribers get ``version``; ``starts`` counts them by their renewal."""

    version: PlanVersion
    moved: int = 0
    starts: dict[datetime, int] = field(default_factory=dict)

    def add(self, starts_at: datetime) -> None:
        """Count one subscriber."""
        self.moved += 1
        self.starts[starts_at] = self.starts.get(starts_at, 0) + 1


@dataclass(frozen=True, slots=True)
class PlanMoveService:
    """Plans the current version of a plan for those on older ones; a repetition moves no more."""

    books: AccountBooks
    plans: Plans
    unit_of_work: UnitOfWork
    now: Clock
    audit: AuditLog

    def move(
        self,
        caller: Principal,
        plan_id: UUID,
        from_versions: Collection[int],
        notice: datetime | None = None,
    ) -> PlanMove:
        """Move the subscribers of ``from_versions``, who are told at ``notice``, by default now.

        Those who are cancelling, or have planned a change of their own, are left as they are.
        Raises PlanNotFound also for an unknown version, InvalidNotice.
        """
        at = self.now()
        notice = at if notice is None else notice
        if not at <= notice <= at + NOTICE_MAX:
            raise InvalidNotice(f"Tell users now, or within {NOTICE_MAX.days} days.")
        with self.unit_of_work(SYSTEM):
            target = self.plans.get(plan_id).current
            versions = {one.number: one.id for one in self.plans.list_versions(plan_id)}
        if unknown := sorted(set(from_versions) - versions.keys()):
            raise PlanNotFound("The plan has no such version.", versions=unknown)
        found = PlanMove(target)
        old = [versions[number] for number in set(from_versions) if number != target.number]
        after = UUID(int=0)
        while old:
            with self.unit_of_work(SYSTEM):
                accounts = self.books.accounts.lock_subscribers(old, BATCH, after, at)
                change_sets = [ChangeSet(account, self.books.new_id) for account in accounts]
                for change_set in change_sets:
                    found.add(move(change_set, target, notice + (change_set.now - at)))
                self.books.write(change_sets, at, caller.user_id)
                if accounts:
                    self._record(caller, target, len(accounts))
            if len(accounts) < BATCH:
                break
            after = accounts[-1].subscription.id
        return found

    def _record(self, caller: Principal, target: PlanVersion, moved: int) -> None:
        """One row for a batch: the events of the subscriptions name each subscriber."""
        detail = {"version": target.number, "subscribers": moved}
        what = (AuditAction.SUBSCRIBERS_MOVED, caller.user_id, None)
        self.audit.record(Deed(*what, "plan", target.plan_id, detail))
