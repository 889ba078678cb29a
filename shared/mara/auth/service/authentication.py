"""Identification of the caller by an access token or an API key."""

from dataclasses import dataclass
from datetime import datetime

from mara.auth.errors import InvalidApiKey, InvalidToken
from mara.auth.model import USE_RECORDED_EVERY, AccessStatus
from mara.auth.ports import AccessTokens, ApiKeys, Sessions
from mara.auth.service.opaque import API_KEY_PREFIX, hash_of
from mara.kernel.clock import Clock
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork


@dataclass(frozen=True, slots=True)
class AuthenticationService:
    """Authenticates the bearer token of a request."""

    access_tokens: AccessTokens
    sessions: Sessions
    api_keys: ApiKeys
    unit_of_work: UnitOfWork
    now: Clock

    def authenticate(self, token: str) -> Principal:
        """Return the caller of this access token or API key. Raises InvalidToken, InvalidApiKey."""
        if token.startswith(API_KEY_PREFIX):
            return self._by_api_key(token)
        return self._by_access_token(token)

    def _by_access_token(self, token: str) -> Principal:
        at = self.now()
        claims = self.access_tokens.read(token, at)
        # A valid token may outlive a logout or a deactivation, so the session is read for its
        # current state, and for the user's current role.
        with self.unit_of_work(SYSTEM):
            status = self.sessions.get_status(claims.session_id)
            if status is not None and _is_stale(status, at):
                self.sessions.record_use(claims.session_id, at)
        if status is None or not status.valid or status.user_id != claims.user_id:
            raise InvalidToken("Log in again.")
        return Principal(status.user_id, status.role, session_id=claims.session_id)

    def _by_api_key(self, token: str) -> Principal:
        with self.unit_of_work(SYSTEM):
            found = self.api_keys.use(hash_of(token), self.now())
        if found is None or not found[1].valid:
            raise InvalidApiKey("Create another key.")
        key, status = found
        return Principal(status.user_id, status.role, scopes=frozenset(key.scopes))


def _is_stale(status: AccessStatus, at: datetime) -> bool:
    """Whether the last recorded use of a valid session is old enough to be replaced."""
    used_at = status.last_used_at
    return status.valid and used_at is not None and at - used_at > USE_RECORDED_EVERY
