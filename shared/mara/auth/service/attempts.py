"""Counting of login attempts, and the locks that follow from failed ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mara.auth.errors import InvalidToken
from mara.auth.model import Credential
from mara.auth.model.devices import (
    FailureSubject,
    network_of,
    of_account,
    of_device,
    of_network,
)
from mara.auth.ports import AccessTokens, Credentials, LoginFailures, Sessions
from mara.auth.service.opaque import hash_of

JWT_DOTS = 2


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login attempt, which is counted as failed until it succeeds.

    ``credential`` is None for an unknown account, ``network`` for a known device, whose failures
    count for nothing but itself. ``remaining_lock`` is set where the attempt is refused.
    """

    credential: Credential | None
    account: FailureSubject
    network: FailureSubject | None
    remaining_lock: timedelta

    @property
    def is_of_new_device(self) -> bool:
        """Whether the device has shown no token of the account."""
        return self.network is not None


@dataclass(frozen=True, slots=True)
class LoginAttempts:
    """Counts attempts per network and per account and network; needs an open transaction.

    A device that holds a session of the account has a count of its own, so that failures of others
    never lock it out: neither those for the account nor those from its network.
    """

    credentials: Credentials
    sessions: Sessions
    access_tokens: AccessTokens
    failures: LoginFailures
    failures_per_account: int
    failures_per_address: int

    def begin(self, email: str, address: str, held: Sequence[str], at: datetime) -> Attempt:
        """Count the attempt as failed, before the password is verified.

        Parallel guesses therefore share one count. ``held`` are the tokens that the device has.
        """
        credential, network = self.credentials.find(email), network_of(address)
        session_id = self._known_device(credential, held, at)
        if session_id is not None:
            account, counted = of_device(session_id, email, network), None
        else:
            account, counted = of_account(email, network), of_network(network)
        locks = [self.failures.check_and_increment(account, at, self.failures_per_account)]
        if counted:
            locks.append(self.failures.check_and_increment(counted, at, self.failures_per_address))
        return Attempt(credential, account, counted, max(lock or timedelta() for lock in locks))

    def succeed(self, attempt: Attempt) -> None:
        """Take the count back.

        The network's count is only decremented: if a success reset it, an attacker could reset it
        by logging in to an account that they own.
        """
        self.failures.reset(attempt.account)
        if attempt.network:
            self.failures.decrement(attempt.network)

    def _known_device(
        self, credential: Credential | None, held: Sequence[str], at: datetime
    ) -> UUID | None:
        """Return the session of this account that one of the tokens belongs to, if it is valid."""
        for token in held:
            session_id = self._session_of(token, at)
            status = self.sessions.get_status(session_id) if session_id else None
            if (
                credential is not None
                and status is not None
                and status.valid
                and status.user_id == credential.owner_id
            ):
                return session_id
        return None

    def _session_of(self, token: str, at: datetime) -> UUID | None:
        """Return the session of an access token or of a refresh token, spent or not."""
        if token.count(".") == JWT_DOTS:
            try:
                return self.access_tokens.read(token, at).session_id
            except InvalidToken:
                return None
        found = self.sessions.find_token(hash_of(token))
        return found.session_id if found and found.expires_at > at else None
