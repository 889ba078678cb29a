"""Change of a password."""

from dataclasses import dataclass

from mara.auth.errors import InvalidCredentials, LoginLocked, WeakPassword
from mara.auth.model import Credential
from mara.auth.ports import Credentials, LoginFailures, Passwords, Sessions
from mara.kernel.clock import Clock
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PasswordService:
    """Changes the caller's password; wrong attempts are counted and lock, as at login."""

    credentials: Credentials
    passwords: Passwords
    sessions: Sessions
    failures: LoginFailures
    failures_allowed: int
    unit_of_work: UnitOfWork
    now: Clock

    def change(self, caller: Principal, *, old: str, new: str) -> None:
        """Replace the password, and revoke all other sessions of the user.

        Raises InvalidCredentials, WeakPassword, LoginLocked.
        """
        if reason := self.passwords.weakness_reason(new, []):
            raise WeakPassword(reason)
        subject = f"password-change:{caller.user_id}"
        with self.unit_of_work(caller.user_id):
            remaining_lock = self.failures.check_and_increment(
                subject, self.now(), self.failures_allowed
            )
            credential = self.credentials.get(caller.user_id)
        if remaining_lock:
            wait_s = max(1, round(remaining_lock.total_seconds()))
            raise LoginLocked(f"Try again in {wait_s} seconds.", retry_after_s=wait_s)
        if not self.passwords.match(old, credential.password_hash):
            raise InvalidCredentials("The old password does not match.")
        at, changed = self.now(), Credential(caller.user_id, self.passwords.hash(new))
        with self.unit_of_work(caller.user_id):
            self.failures.reset(subject)
            self.credentials.save(changed, at)
            self.sessions.revoke_all(
                caller.user_id, at, "password changed", spare=caller.session_id
            )
