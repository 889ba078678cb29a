"""Login, refresh and logout."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.auth.errors import (
    InvalidCredentials,
    InvalidRefreshToken,
    LoginLocked,
    RefreshTokenReused,
)
from mara.auth.messages import NewDeviceLoggedIn, SendAccountMail
from mara.auth.model import (
    REFRESH_GRACE,
    AccessClaims,
    Credential,
    RefreshToken,
    SessionTokens,
)
from mara.auth.model.devices import Device, network_of
from mara.auth.model.mail import MailKind
from mara.auth.ports import AccessTokens, Credentials, LoginFailures, Passwords, Sessions
from mara.auth.service.attempts import Attempt, LoginAttempts
from mara.auth.service.failure_records import FailureRecords
from mara.auth.service.opaque import hash_of, new_opaque_token
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.kernel.messages import Publish
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork


@dataclass(frozen=True, slots=True)
class LoginPolicy:
    """How many failed logins from a network lock it, for one account and for all of them.

    And how long tokens are valid.
    """

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
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock
    audit: AuditLog

    def log_in(
        self,
        *,
        email: str,
        password: str,
        address: str,
        user_agent: str = "",
        held_tokens: Sequence[str] = (),
    ) -> SessionTokens:
        """Open a session on the device with this address and User-Agent.

        ``held_tokens`` are access or refresh tokens that the device has; one of this account
        protects it from being locked out by the failed logins of others. Raises InvalidCredentials,
        which does not disclose whether the e-mail or the password was wrong, and LoginLocked, for
        unknown accounts as for existing ones.
        """
        attempt = self._count_attempt(email.lower(), address, held_tokens)
        credential = attempt.credential
        # Outside the transaction: a password hash takes a quarter of a second.
        password_hash = credential.password_hash if credential else None
        matches = self.passwords.match(password, password_hash)
        tokens = None
        if matches and credential is not None:
            tokens = self._open(attempt, credential, Device(address, user_agent))
        if tokens is None:
            self._record_failure(attempt, email)
            raise InvalidCredentials("No account matches this e-mail and password.")
        return tokens

    def refresh(
        self, token: str, *, arrived_at: datetime | None = None, device: Device | None = None
    ) -> SessionTokens:
        """Exchange the refresh token for new tokens; store where ``device`` uses the session.

        Raises InvalidRefreshToken, and RefreshTokenReused after revoking the session, because the
        token may be stolen. A second use that ``arrived_at`` the gateway within ``REFRESH_GRACE``
        is treated as a retry, whenever it is processed; None stands for now.
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
            if consumed or _is_retry(token_row, arrived_at or at):
                # The new token locks its user, before the session: so does who revokes it.
                tokens = self._issue(token_row.session_id, token_row.owner_id, at)
                self.sessions.record_use(token_row.session_id, at, device)
                return tokens
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

    @property
    def _attempts(self) -> LoginAttempts:
        return LoginAttempts(
            self.credentials,
            self.sessions,
            self.access_tokens,
            self.failures,
            self.policy.failures_per_account,
            self.policy.failures_per_address,
        )

    def _count_attempt(self, email: str, address: str, held_tokens: Sequence[str]) -> Attempt:
        """Count a failed login, which a success takes back. Raises LoginLocked."""
        with self.unit_of_work(SYSTEM):
            attempt = self._attempts.begin(email, address, held_tokens, self.now())
        # Raised after the transaction: raised inside, it would roll back the count.
        if attempt.remaining_lock:
            wait_s = max(1, round(attempt.remaining_lock.total_seconds()))
            raise LoginLocked(f"Try again in {wait_s} seconds.", retry_after_s=wait_s)
        return attempt

    def _open(
        self, attempt: Attempt, credential: Credential, device: Device
    ) -> SessionTokens | None:
        """Open a session; None if the password was changed, or the account deactivated.

        Both revoke the sessions that exist, so no session may open after them. A deactivated
        account is answered like an unknown one.
        """
        at, owner_id = self.now(), credential.owner_id
        with self.unit_of_work(SYSTEM):
            if not self.credentials.hold(credential):
                return None
            self._attempts.succeed(attempt)
            session_id = new_id()
            if attempt.is_of_new_device and self._is_new(owner_id, device):
                self.publish(NewDeviceLoggedIn(session_id=session_id, owner_id=owner_id))
            self.sessions.open(session_id, owner_id, at, device)
            self._record_login(owner_id, session_id, device)
            return self._issue(session_id, owner_id, at)

    def _record_login(self, owner_id: UUID, session_id: UUID, device: Device) -> None:
        detail = {"address": device.address, "user_agent": device.user_agent}
        deed = Deed(AuditAction.LOGIN, owner_id, owner_id, "session", session_id, detail)
        self.audit.record(deed)

    def _record_failure(self, attempt: Attempt, email: str) -> None:
        """Record it, and ask for a mail to the owner if it locked, whether or not there is one."""
        at = self.now()
        with self.unit_of_work(SYSTEM):
            FailureRecords(self.failures, self.audit).record(attempt, at)
            if self.failures.remaining_lock(attempt.account, at) is None:
                return
            self.publish(
                SendAccountMail(
                    id=new_id(),
                    kind=MailKind.LOGIN_LOCK,
                    email=email.lower(),
                    network=attempt.account.network,
                )
            )

    def _is_new(self, owner_id: UUID, device: Device) -> bool:
        """Whether no session that is open has the User-Agent and the network of the device."""
        known = self.sessions.addresses(owner_id, device.user_agent)
        return network_of(device.address) not in {network_of(address) for address in known}

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


def _is_retry(token: RefreshToken, arrived_at: datetime) -> bool:
    """Whether the token was consumed so recently that its second use counts as a retry."""
    return token.spent_at is not None and arrived_at - token.spent_at <= REFRESH_GRACE
