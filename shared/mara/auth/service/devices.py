"""Where a user is logged in, and where logins to the account fail."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from mara.auth.errors import SessionNotFound
from mara.auth.model.devices import FailedLogins, OpenSession, account_key
from mara.auth.ports import LoginFailures, Sessions
from mara.kernel.clock import Clock
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.users.ports import Users

FAILURES_SHOWN_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class DeviceService:
    """Lists and ends the caller's sessions."""

    sessions: Sessions
    failures: LoginFailures
    users: Users
    unit_of_work: UnitOfWork
    now: Clock

    def failed_logins(self, caller: Principal) -> list[FailedLogins]:
        """Return the failed logins to the caller's account of the last day, by network."""
        since = self.now() - FAILURES_SHOWN_FOR
        with self.unit_of_work(caller.user_id):
            email = self.users.get(caller.user_id).email
            return self.failures.list(account_key(email), since)

    def list(self, caller: Principal, page: PageRequest) -> Page[OpenSession]:
        """Return a page of the caller's sessions that are not revoked. Raises InvalidCursor."""
        with self.unit_of_work(caller.user_id):
            found = self.sessions.list(caller.user_id, page)
            total = self.sessions.count(caller.user_id) if page.total else None
        return Page.of(found, page, lambda session: session.id, total=total)

    def end(self, caller: Principal, session_id: UUID) -> None:
        """Revoke one of the caller's sessions. Raises SessionNotFound."""
        with self.unit_of_work(caller.user_id):
            if not self.sessions.end(caller.user_id, session_id, self.now(), "ended by its user"):
                raise SessionNotFound("Check the id; it may have ended already.")
