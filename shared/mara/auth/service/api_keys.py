"""Creation, listing and deletion of API keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.auth.errors import ApiKeyNotFound, ExpiryInPast, InvalidToken, TooManyApiKeys
from mara.auth.model import ApiKey, Scope
from mara.auth.ports import ApiKeys, Sessions
from mara.auth.service.opaque import API_KEY_PREFIX, hash_of, new_opaque_token
from mara.kernel.clock import Clock
from mara.kernel.count_lock import CountLock
from mara.kernel.ids import new_id
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork

KEYS_MAX = 50
"""Maximum number of keys per user."""

PREFIX_LENGTH = len(API_KEY_PREFIX) + 6


@dataclass(frozen=True, slots=True)
class ApiKeyService:
    """Creates, lists and deletes the caller's API keys."""

    api_keys: ApiKeys
    sessions: Sessions
    lock_count: CountLock
    unit_of_work: UnitOfWork
    now: Clock
    audit: AuditLog

    def create(
        self,
        caller: Principal,
        *,
        name: str,
        scopes: Iterable[Scope],
        expires_at: datetime | None = None,
    ) -> tuple[ApiKey, str]:
        """Create a key; return it with its secret, which cannot be read again.

        Raises TooManyApiKeys, ExpiryInPast, and InvalidToken if the caller's session was revoked
        in the meantime: a stolen session must not leave a key behind.
        """
        self.check(expires_at)
        at, secret = self.now(), API_KEY_PREFIX + new_opaque_token()
        key = ApiKey(
            id=new_id(),
            owner_id=caller.user_id,
            name=name,
            prefix=secret[:PREFIX_LENGTH],
            hash=hash_of(secret),
            scopes=frozenset(scopes),
            created_at=at,
            expires_at=expires_at,
        )
        with self.unit_of_work(caller.user_id):
            if caller.session_id is not None and not self.sessions.hold(caller.session_id):
                raise InvalidToken("Log in again.")
            self.lock_count(caller.user_id, "api_keys")
            if self.api_keys.count(caller.user_id) >= KEYS_MAX:
                raise TooManyApiKeys(f"Delete one: a user has at most {KEYS_MAX}.")
            self.api_keys.add(key)
            self._record(
                AuditAction.API_KEY_CREATED, caller, key.id, name=name, scopes=sorted(key.scopes)
            )
        return key, secret

    def check(self, expires_at: datetime | None) -> None:
        """Check the expiry of a new key; None is never. Raises ExpiryInPast."""
        if expires_at is not None and expires_at <= self.now():
            raise ExpiryInPast("Give a time in the future, or none.")

    def list(self, caller: Principal, page: PageRequest) -> Page[ApiKey]:
        """Return a page of the caller's keys. Raises InvalidCursor."""
        with self.unit_of_work(caller.user_id):
            found = self.api_keys.list(caller.user_id, page)
            total = self.api_keys.count(caller.user_id) if page.total else None
        return Page.of(found, page, lambda key: key.id, total=total)

    def delete(self, caller: Principal, key_id: UUID) -> None:
        """Delete one of the caller's keys. Raises ApiKeyNotFound."""
        with self.unit_of_work(caller.user_id):
            if not self.api_keys.delete(caller.user_id, key_id):
                raise ApiKeyNotFound("Check the id.")
            self._record(AuditAction.API_KEY_DELETED, caller, key_id)

    def _record(self, action: AuditAction, caller: Principal, key_id: UUID, **detail: Any) -> None:
        owner_id = caller.user_id
        self.audit.record(Deed(action, owner_id, owner_id, "api_key", key_id, detail))
