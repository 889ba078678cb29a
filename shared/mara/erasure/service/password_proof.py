"""The password of a caller, before what cannot be undone."""

from dataclasses import dataclass

from mara.auth.errors import InvalidCredentials, LoginLocked
from mara.auth.model.devices import FailureSubject
from mara.auth.ports import Credentials, LoginFailures, Passwords
from mara.kernel.clock import Clock
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PasswordProof:
    """Checks the password of a caller; wrong ones are counted, and lock."""

    credentials: Credentials
    passwords: Passwords
    failures: LoginFailures
    failures_allowed: int
    unit_of_work: UnitOfWork
    now: Clock

    def check(self, caller: Principal, password: str) -> None:
        """Raises InvalidCredentials, LoginLocked."""
        subject = FailureSubject(f"erasure:{caller.session_id}")
        with self.unit_of_work(caller.user_id):
            lock = self.failures.check_and_increment(subject, self.now(), self.failures_allowed)
            credential = self.credentials.get(caller.user_id)
        if lock:
            wait_s = max(1, round(lock.total_seconds()))
            raise LoginLocked(f"Try again in {wait_s} seconds.", retry_after_s=wait_s)
        if not self.passwords.match(password, credential.password_hash):
            raise InvalidCredentials("The password does not match.")
        with self.unit_of_work(caller.user_id):
            self.failures.reset(subject)
