"""Login, refresh and logout."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mara.auth.errors import (
    InvalidCredentials,
    InvalidRefreshToken,
    LoginLocked,
    RefreshTokenReused,
)
from mara.auth.model import (
    REFRESH_GRACE,
    AccessClaims,
    Credential,
    RefreshToken,
    SessionTokens,
)
from mara.auth.ports import AccessTokens, Credentials, LoginFailures, Passwords, Sessions
from mara.auth.service.opaque import hash_of, new_opaque_token
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork


@dataclass(frozen=True, slots=True)
class LoginPolicy:
    """How many failed logins lock an account or an address, and how long tokens are valid."""

    failures_per_account: int
    failures_per_address: int
    access_lifetime: timedelta
    refresh_lifetime: timedelta


@dataclass(frozen=True, slots=True)
class SessionService:
    """Opens, refreshes and revokes sessions."""

    credentials: Credentials
    passwords: Passwords
    access_tokens: AccessTokens
    sessions: Sessions
    failures: LoginFailures
    policy: LoginPolicy
    unit_of_work: UnitOfWork
    now: Clock

    def log_in(self, *, email: str, password: str, address: str) -> SessionTokens:
        """Open a session.

        Raises InvalidCredentials, which does not disclose whether the e-mail or the password was
        wrong, and LoginLocked, for unknown accounts as for existing ones.
        """
        account = f"account:{email.lower()}"
        credential = self._count_attempt(account, address, email.lower())
        # Outside the transaction: a password hash takes a quarter of a second.
        password_hash = credential.password_hash if credential else None
        matches = self.passwords.match(password, password_hash)
        if not matches or credential is None:
            raise InvalidCredentials("No account matches this e-mail and password.")
        at = self.now()
        with self.unit_of_work(SYSTEM):
            # The rows are locked in the order of _count_attempt: the reverse order could deadlock.
            # The address's count is only decremented, by this attempt: if a success reset it, an
            # attacker could reset it by logging in to an account that they own.
            self.failures.decrement(f"address:{address}")
            self.failures.reset(account)
            session_id = new_id()
            self.sessions.open(session_id, credential.owner_id, at)
            status = self.sessions.get_status(session_id)
            if status is None or not status.valid:
                # A deactivated account is answered like an unknown one.
                raise InvalidCredentials("No account matches this e-mail and password.")
            return self._issue(session_id, credential.owner_id, at)

    def refresh(self, token: str) -> SessionTokens:
        """Exchange the refresh token for new tokens.

        Raises InvalidRefreshToken, and RefreshTokenReused after revoking the session, because the
        token may be stolen. A second use within ``REFRESH_GRACE`` is treated as a retry.
        """
        at, token_hash = self.now(), hash_of(token)
        with self.unit_of_work(SYSTEM):
            consumed = self.sessions.consume(token_hash, at)
            # consume returns None for a token that is unknown or was consumed by another request.
            token_row = consumed or self.sessions.find_token(token_hash)
            status = self.sessions.get_status(token_row.session_id) if token_row else None
            if token_row is None or status is None or not status.valid:
                raise InvalidRefreshToken("Log in again.")
            if token_row.expires_at <= at:
                raise InvalidRefreshToken("Log in again.")
            if consumed or _is_retry(token_row, at):
                return self._issue(token_row.session_id, token_row.owner_id, at)
            self.sessions.revoke(token_row.session_id, at, "refresh token reused")
        # Raised after the transaction: raised inside, it would roll back the revocation.
        raise RefreshTokenReused("Log in again; if that was not you, change your password.")

    def log_out(self, caller: Principal) -> None:
        """Revoke the caller's session; does nothing for an API key, which has none."""
        if caller.session_id is None:
            return
        with self.unit_of_work(caller.user_id):
            self.sessions.revoke(caller.session_id, self.now(), "logged out")

    def log_out_everywhere(self, caller: Principal) -> None:
        """Revoke all sessions of the caller."""
        with self.unit_of_work(caller.user_id):
            self.sessions.revoke_all(caller.user_id, self.now(), "logged out everywhere")

    def _count_attempt(self, account: str, address: str, email: str) -> Credential | None:
        """Count a failed login, and return the credential, None if the account is unknown.

        The attempt counts as failed before the password is verified, so that parallel guesses share
        one count; a successful login takes it back. Raises LoginLocked.
        """
        at, policy = self.now(), self.policy
        with self.unit_of_work(SYSTEM):
            address_lock = self.failures.check_and_increment(
                f"address:{address}", at, policy.failures_per_address
            )
            account_lock = self.failures.check_and_increment(
                account, at, policy.failures_per_account
            )
            credential = self.credentials.find(email)
        remaining_lock = max(account_lock or timedelta(), address_lock or timedelta())
        if remaining_lock:
            wait_s = max(1, round(remaining_lock.total_seconds()))
            raise LoginLocked(f"Try again in {wait_s} seconds.", retry_after_s=wait_s)
        return credential

    def _issue(self, session_id: UUID, owner_id: UUID, at: datetime) -> SessionTokens:
        """Store a new refresh token of the session; return it with a new access token."""
        policy, refresh_token = self.policy, new_opaque_token()
        self.sessions.add_token(
            RefreshToken(
                hash=hash_of(refresh_token),
                session_id=session_id,
                owner_id=owner_id,
                issued_at=at,
                expires_at=at + policy.refresh_lifetime,
            )
        )
        claims = AccessClaims(owner_id, session_id, at, at + policy.access_lifetime)
        return SessionTokens(
            access_token=self.access_tokens.issue(claims),
            access_lifetime=policy.access_lifetime,
            refresh_token=refresh_token,
            refresh_lifetime=policy.refresh_lifetime,
        )


def _is_retry(token: RefreshToken, at: datetime) -> bool:
    """Whether the token was consumed so recently that its second use counts as a retry."""
    return token.spent_at is not None and at - token.spent_at <= REFRESH_GRACE
