"""The request of an erasure: it closes the account at once, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.erasure.errors import BalanceLeft, ErasureNotFound, MoneyOnItsWay
from mara.erasure.messages import HandleUserData
from mara.erasure.model.data_job import DataJob, JobKind
from mara.erasure.ports import AccountClosing, DataJobs
from mara.erasure.service.password_proof import PasswordProof
from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.kernel.money import format_usdt
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.ledger.model import Cause
from mara.ledger.ports import PendingDeposits
from mara.ledger.service import LedgerService
from mara.users.errors import LastSuperuser
from mara.users.messages import UserDeactivated
from mara.users.model import User
from mara.users.ports import SessionRevocation, Users

KEYS: Final = "api_keys"
"""The table of what is deleted with the request, and not by the work that follows."""


@dataclass(frozen=True, slots=True)
class ErasureRequests:
    """From the commit on the account is closed, whatever becomes of the work that follows."""

    proof: PasswordProof
    users: Users
    sessions: SessionRevocation
    ledger: LedgerService
    deposits: PendingDeposits
    closing: AccountClosing
    audit: AuditLog
    jobs: DataJobs
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock
    new_id: Callable[[], UUID]

    def request(self, caller: Principal, password: str, *, give_up_balance: bool) -> DataJob:
        """Close the caller's account, and begin to erase all that is stored of it.

        Raises InvalidCredentials, LoginLocked, LastSuperuser, BalanceLeft, MoneyOnItsWay.
        """
        self.proof.check(caller, password)
        at = self.now()
        with self.unit_of_work(SYSTEM):
            if self.users.lock_active_superusers() == {caller.user_id}:
                raise LastSuperuser("Make another user a superuser first.")
            user = self.users.lock(caller.user_id)
            job = self._job(user, at)
            if not self.jobs.add(job):
                return self.jobs.latest(caller.user_id, JobKind.ERASURE) or job
            self.jobs.end_exports(user.id, at)
            self._take_money(job, give_up=give_up_balance)
            self.sessions.revoke_all(user.id, at, "account erased")
            if keys := self.closing.close(user, at):
                self.jobs.add_count(job.id, KEYS, keys)
            self.audit.record(Deed(AuditAction.ACCOUNT_ERASED, user.id, user.id, "erasure", job.id))
            self.publish(UserDeactivated(owner_id=user.id))
            self.publish(HandleUserData(job_id=job.id))
        return job

    def get(self, _caller: Principal, user_id: UUID) -> tuple[DataJob, int]:
        """Return the erasure of an account, and its balance now. Raises ErasureNotFound."""
        with self.unit_of_work(SYSTEM):
            job = self.jobs.latest(user_id, JobKind.ERASURE)
            if job is None:
                raise ErasureNotFound("Check the id.")
            balance = self.ledger.repository.get_balance(user_id)
        return job, balance.available + balance.reserved + balance.suspense

    def _job(self, user: User, at: datetime) -> DataJob:
        return DataJob(
            id=self.new_id(),
            owner_id=user.id,
            kind=JobKind.ERASURE,
            requested_at=at,
            due_at=at,
            mail_to=user.email,
            locale=user.profile.locale,
        )

    def _take_money(self, job: DataJob, *, give_up: bool) -> None:
        owner_id = job.owner_id
        balance = self.ledger.lock_balances([owner_id])[owner_id]
        if balance.reserved or self.deposits.pending(owner_id):
            raise MoneyOnItsWay("Wait until deposits are credited and running questions answered.")
        left = balance.available + balance.suspense
        if left and not give_up:
            amount = format_usdt(left)
            raise BalanceLeft(
                f"{amount} USDT are left. Spend them, or send give_up_balance: true.", left=amount
            )
        self.ledger.write_off(owner_id, balance, Cause(f"erasure:{job.id}", str(job.id)))
