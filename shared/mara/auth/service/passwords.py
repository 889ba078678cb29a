"""Change of a password."""

from dataclasses import dataclass

from mara.auth.errors import InvalidCredentials, InvalidToken, LoginLocked
from mara.auth.messages import PasswordChanged
from mara.auth.model import Credential
from mara.auth.model.devices import FailureSubject
from mara.auth.ports import Credentials, LoginFailures, Passwords, Sessions
from mara.auth.service.words import check_strength, words_about
from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.users.ports import Users

WRONG_PASSWORD = "The old password does not match."  # noqa: S105 - a message, not a credential


@dataclass(frozen=True, slots=True)
class PasswordService:
    """Changes the caller's password; wrong attempts are counted and lock, as at login."""

    credentials: Credentials
    passwords: Passwords
    sessions: Sessions
    users: Users
    failures: LoginFailures
    failures_allowed: int
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def change(self, caller: Principal, *, old: str, new: str) -> None:
        """Replace the password, and revoke all other sessions of the user.

        Raises InvalidCredentials, WeakPassword, LoginLocked, and InvalidToken if the caller's
        session was revoked in the meantime.
        """
        self.check(caller, new)
        subject = FailureSubject(f"password-change:{caller.session_id}")
        with self.unit_of_work(caller.user_id):
            remaining_lock = self.failures.check_and_increment(
                subject, self.now(), self.failures_allowed
            )
            credential = self.credentials.get(caller.user_id)
        if remaining_lock:
            wait_s = max(1, round(remaining_lock.total_seconds()))
            raise LoginLocked(f"Try again in {wait_s} seconds.", retry_after_s=wait_s)
        if not self.passwords.match(old, credential.password_hash):
            raise InvalidCredentials(WRONG_PASSWORD)
        # Outside the transaction: a password hash takes a quarter of a second.
        changed = Credential(caller.user_id, self.passwords.hash(new))
        with self.unit_of_work(caller.user_id):
            self._replace(caller, credential, changed)
            self.failures.reset(subject)

    def check(self, caller: Principal, new: str | None) -> None:
        """Check the strength of a new password; None is not checked. Raises WeakPassword."""
        if new is None:
            return
        with self.unit_of_work(caller.user_id):
            user = self.users.get(caller.user_id)
        check_strength(self.passwords, new, words_about(user))

    def _replace(self, caller: Principal, old: Credential, new: Credential) -> None:
        """Replace the credential that was verified, and no newer one; revoke other sessions."""
        at = self.now()
        if not self.credentials.replace(old, new, at):
            raise InvalidCredentials(WRONG_PASSWORD)
        # After the credential is locked: two changes that held their sessions first could deadlock.
        if caller.session_id is not None and not self.sessions.hold(caller.session_id):
            raise InvalidToken("Log in again.")
        self.sessions.revoke_all(caller.user_id, at, "password changed", spare=caller.session_id)
        self.publish(PasswordChanged(owner_id=caller.user_id))
