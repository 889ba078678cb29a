"""What authentication needs from the outside world."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from mara.auth.model import AccessClaims, ApiKey, Credential, RefreshToken, Standing


class Credentials(Protocol):
    def find(self, email: str) -> Credential | None: ...

    def get(self, owner_id: UUID) -> Credential:
        """Raises InvalidCredentials where the account has none."""

    def save(self, credential: Credential, at: datetime) -> None: ...


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...

    def match(self, password: str, password_hash: str | None) -> bool:
        """Take as long for no hash (an unknown account) as for a wrong password."""

    def weakness(self, password: str, about_the_user: Sequence[str]) -> str | None:
        """Say why a password is easy to guess; ``None`` where it is not."""


class AccessTokens(Protocol):
    def issue(self, claims: AccessClaims) -> str: ...

    def read(self, token: str, now: datetime) -> AccessClaims:
        """Raises InvalidToken."""


class Sessions(Protocol):
    def open(self, session_id: UUID, owner_id: UUID, at: datetime) -> None: ...

    def revoke(self, session_id: UUID, at: datetime, because: str) -> None: ...

    def revoke_all(
        self, owner_id: UUID, at: datetime, because: str, *, spare: UUID | None = None
    ) -> None:
        """End every session of the user but ``spare``."""

    def standing(self, session_id: UUID) -> Standing | None: ...

    def add_token(self, token: RefreshToken) -> None: ...

    def spend(self, token_hash: bytes, at: datetime) -> RefreshToken | None:
        """Claim an unspent token in one statement; ``None`` to whoever comes second."""

    def find_token(self, token_hash: bytes) -> RefreshToken | None: ...


class ApiKeys(Protocol):
    def add(self, key: ApiKey) -> None: ...

    def list(self, owner_id: UUID) -> list[ApiKey]: ...

    def delete(self, owner_id: UUID, key_id: UUID) -> bool: ...

    def use(self, key_hash: bytes, at: datetime) -> tuple[ApiKey, Standing] | None:
        """Find a key by its hash and note the use, at most once a minute."""


class LoginFailures(Protocol):
    def count(self, subject: str, at: datetime, allowed: int) -> timedelta | None:
        """Count an attempt as failed until it proves otherwise; the time left if locked."""

    def undo(self, subject: str) -> None:
        """Take back one count: that attempt succeeded."""

    def forget(self, subject: str) -> None:
        """Take back every count."""
