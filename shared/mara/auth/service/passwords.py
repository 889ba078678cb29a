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
    """The use case of changing one's password, with a limit of wrong attempts."""

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
        if reason := self.passwords.weakness(new, []):
            raise WeakPassword(reason)
        subject = f"password-change:{caller.user_id}"
        with self.unit_of_work(caller.user_id):
            locked = self.failures.count(subject, self.now(), self.failures_allowed)
            credential = self.credentials.get(caller.user_id)
        if locked:
            wait_s = max(1, round(locked.total_seconds()))
            raise LoginLocked(f"Try again in {wait_s} seconds.", retry_after_s=wait_s)
        if not self.passwords.match(old, credential.password_hash):
            raise InvalidCredentials("The old password does not match.")
        at, changed = self.now(), Credential(caller.user_id, self.passwords.hash(new))
        with self.unit_of_work(caller.user_id):
            self.failures.forget(subject)
            self.credentials.save(changed, at)
            self.sessions.revoke_all(
                caller.user_id, at, "password changed", spare=caller.session_id
            )
