"""Ports of authentication: storage, password hashing and access tokens."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from mara.auth.model import AccessClaims, AccessStatus, ApiKey, Credential, RefreshToken
from mara.auth.model.devices import Device, FailedLogins, FailureSubject, OpenSession
from mara.auth.model.mail import AccountMail, MailKind
from mara.kernel.page import PageRequest


class Credentials(Protocol):
    """Storage of password hashes."""

    def find(self, email: str) -> Credential | None:
        """Return the credential of the account with this e-mail (lower case), None if unknown."""

    def get(self, owner_id: UUID) -> Credential:
        """Return the user's credential. Raises InvalidCredentials if there is no password."""

    def save(self, credential: Credential, at: datetime) -> None:
        """Insert the user's credential, or replace it; ``at`` is the time of the change."""

    def hold(self, credential: Credential) -> bool:
        """Return whether this is still the user's credential, and the account is active.

        Until the transaction ends, nothing can change either: a change waits, and then sees what
        this transaction wrote.
        """

    def replace(self, old: Credential, new: Credential, at: datetime) -> bool:
        """Replace ``old`` by ``new``; return False if the user's credential is another by now.

        Of two concurrent calls with the same ``old``, one returns True.
        """


class Passwords(Protocol):
    """Password hashing and strength."""

    def hash(self, password: str) -> str:
        """Return a salted hash that is deliberately slow to compute."""

    def match(self, password: str, password_hash: str | None) -> bool:
        """Verify the password against the hash.

        None stands for an unknown account: the result is False, after the time of a verification.
        """

    def weakness_reason(self, password: str, about_the_user: Sequence[str]) -> str | None:
        """Return why the password is easy to guess; None if it is strong enough.

        ``about_the_user`` are words that do not strengthen it, such as the user's name.
        """


class AccessTokens(Protocol):
    """Signing and verification of access tokens."""

    def issue(self, claims: AccessClaims) -> str:
        """Return a signed token with these claims."""

    def read(self, token: str, now: datetime) -> AccessClaims:
        """Verify the token and return its claims. Raises InvalidToken, also if it has expired."""


class Sessions(Protocol):
    """Storage of sessions and their refresh tokens."""

    def open(
        self, session_id: UUID, owner_id: UUID, at: datetime, device: Device | None = None
    ) -> None:
        """Insert a session of the user, valid from ``at`` until it is revoked."""

    def list(self, owner_id: UUID, page: PageRequest) -> list[OpenSession]:
        """Return a page of the user's valid sessions, newest first or by ``last_used_at``.

        One more is returned if there is a next page.
        """

    def count(self, owner_id: UUID) -> int:
        """Return the number of the user's valid sessions."""

    def addresses(self, owner_id: UUID, user_agent: str) -> Collection[str]:
        """Return the addresses of the user's sessions that are not revoked, of this User-Agent."""

    def end(self, owner_id: UUID, session_id: UUID, at: datetime, because: str) -> bool:
        """Revoke the session if the user owns it; return whether it was valid."""

    def record_use(self, session_id: UUID, at: datetime, device: Device | None = None) -> None:
        """Store the time of use, at most once a minute, and the device if it is given."""

    def revoke(self, session_id: UUID, at: datetime, because: str) -> None:
        """Revoke the session; a revoked session keeps its first time and reason."""

    def revoke_all(
        self, owner_id: UUID, at: datetime, because: str, *, spare: UUID | None = None
    ) -> None:
        """Revoke all sessions of the user except ``spare``."""

    def get_status(self, session_id: UUID) -> AccessStatus | None:
        """Return the session's current state and its owner's role, None if it is unknown."""

    def hold(self, session_id: UUID) -> bool:
        """Return whether the session is valid; it cannot be revoked until the transaction ends.

        Nor can its account be deactivated before that.
        """

    def add_token(self, token: RefreshToken) -> None:
        """Insert a refresh token."""

    def consume(self, token_hash: bytes, at: datetime) -> RefreshToken | None:
        """Set ``spent_at`` of a token, atomically, and return it: a token can be consumed once.

        Return None if it is unknown or was consumed before. Of two concurrent calls, one gets the
        token.
        """

    def find_token(self, token_hash: bytes) -> RefreshToken | None:
        """Return the refresh token, consumed or not; None if it is unknown."""


class ApiKeys(Protocol):
    """Storage of API keys."""

    def add(self, key: ApiKey) -> None:
        """Insert a key."""

    def list(self, owner_id: UUID, page: PageRequest) -> list[ApiKey]:
        """Return a page of the user's keys, newest first or by name.

        One more is returned if there is a next page.
        """

    def count(self, owner_id: UUID) -> int:
        """Return the number of the user's keys."""

    def delete(self, owner_id: UUID, key_id: UUID) -> bool:
        """Delete the key if the user owns it; return whether it existed."""

    def use(self, key_hash: bytes, at: datetime) -> tuple[ApiKey, AccessStatus] | None:
        """Return the key with this hash and its current state, None if it is unknown.

        The use is recorded in ``last_used_at``, at most once a minute.
        """


class LoginFailures(Protocol):
    """Counters of failed logins per subject (see ``FailureSubject``), with a lock."""

    def check_and_increment(
        self, subject: FailureSubject, at: datetime, allowed: int
    ) -> timedelta | None:
        """Return the remaining lock of the subject; if it is not locked, count one failed attempt.

        An attempt is counted before its result is known. Return None if the attempt may proceed.
        The subject is locked once ``allowed`` attempts failed. An attempt during a lock does not
        count.
        """

    def remaining_lock(self, subject: FailureSubject, at: datetime) -> timedelta | None:
        """Return how long the subject is still locked, None if it is not."""

    def decrement(self, subject: FailureSubject) -> None:
        """Decrement the count by one, because that attempt succeeded."""

    def reset(self, subject: FailureSubject) -> None:
        """Remove the count of the subject, and its lock."""

    def count_in_window(self, subject: FailureSubject, at: datetime, window: timedelta) -> int:
        """Count one failure; return how many there were since the first of the ``window``."""

    def list(self, account: str, since: datetime) -> list[FailedLogins]:
        """Return the failures for an account (see ``account_key``), the latest first."""


class AccountMails(Protocol):
    """Storage of e-mails about accounts, and of the tokens in them."""

    def begin(self, mail: AccountMail) -> bool:
        """Insert the mail before it is sent; return False if it was sent already.

        A mail that was begun and not sent gets the new token, and its old one is void.
        """

    def record_sent(self, mail_id: UUID, at: datetime) -> None:
        """Store that the mail was sent."""

    def count(self, owner_id: UUID, kind: MailKind, since: datetime, *, besides: UUID) -> int:
        """Return how many other mails of the kind were begun for the account since then."""

    def find_owner(self, token_hash: bytes, kind: MailKind, at: datetime) -> UUID | None:
        """Return whose token it is; None if it is unknown, spent, expired or of another kind."""

    def spend(self, token_hash: bytes, kind: MailKind, at: datetime) -> bool:
        """Spend the token, atomically; return False if it is not valid. One of two calls wins."""

    def spend_all(self, owner_id: UUID, kind: MailKind, at: datetime) -> None:
        """Void all other tokens of the kind."""
