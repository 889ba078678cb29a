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
    """The use cases of sessions."""

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

        Raises InvalidCredentials, without disclosing which of the two was wrong, and LoginLocked,
        for unknown accounts as for existing ones.
        """
        account = f"account:{email.lower()}"
        credential = self._admit(account, address, email.lower())
        # Outside the transaction: a password hash takes a quarter of a second.
        known = credential.password_hash if credential else None
        matches = self.passwords.match(password, known)
        if not matches or credential is None:
            raise InvalidCredentials("No account matches this e-mail and password.")
        at = self.now()
        with self.unit_of_work(SYSTEM):
            # The address first, in the order of _admit: the reverse order could deadlock. Its count
            # is only decremented: an attacker could reset it by logging in to their own account.
            self.failures.undo(f"address:{address}")
            self.failures.forget(account)
            session_id = new_id()
            self.sessions.open(session_id, credential.owner_id, at)
            standing = self.sessions.standing(session_id)
            if standing is None or not standing.valid:
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
            spent = self.sessions.spend(token_hash, at)
            known = spent or self.sessions.find_token(token_hash)
            standing = self.sessions.standing(known.session_id) if known else None
            if known is None or standing is None or not standing.valid or known.expires_at <= at:
                raise InvalidRefreshToken("Log in again.")
            if spent or _within_grace(known, at):
                return self._issue(known.session_id, known.owner_id, at)
            # Raised after the commit: the revocation must not be rolled back.
            self.sessions.revoke(known.session_id, at, "refresh token reused")
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

    def _admit(self, account: str, address: str, email: str) -> Credential | None:
        """Return the credential, None if unknown. Raises LoginLocked.

        The attempt counts before the password is verified: parallel guesses share the count.
        """
        at, policy = self.now(), self.policy
        with self.unit_of_work(SYSTEM):
            by_address = self.failures.count(f"address:{address}", at, policy.failures_per_address)
            by_account = self.failures.count(account, at, policy.failures_per_account)
            credential = self.credentials.find(email)
        locked = max(by_account or timedelta(), by_address or timedelta())
        if locked:
            wait_s = max(1, round(locked.total_seconds()))
            raise LoginLocked(f"Try again in {wait_s} seconds.", retry_after_s=wait_s)
        return credential

    def _issue(self, session_id: UUID, owner_id: UUID, at: datetime) -> SessionTokens:
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


def _within_grace(token: RefreshToken, at: datetime) -> bool:
    return token.spent_at is not None and at - token.spent_at <= REFRESH_GRACE
