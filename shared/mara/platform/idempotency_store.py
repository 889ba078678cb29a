"""The table ``idempotency_keys``: claims, effects and stored responses of idempotent requests.

Every function needs an open transaction.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from mara.platform.database import connection

_THIS_KEY = "owner_id = %(owner_id)s AND operation = %(operation)s AND key_hash = %(key_hash)s"

CLAIM = """
    INSERT INTO idempotency_keys AS k
        (owner_id, operation, key_hash, request_hash, claimed_until, created_at)
    VALUES (%(owner_id)s, %(operation)s, %(key_hash)s, %(request_hash)s, %(until)s, %(now)s)
    ON CONFLICT (owner_id, operation, key_hash) DO UPDATE
        SET request_hash = excluded.request_hash, claimed_until = excluded.claimed_until,
            created_at = excluded.created_at, effect_committed = false, response = NULL
        WHERE k.created_at < %(expired)s
           OR (k.response IS NULL AND NOT k.effect_committed AND k.claimed_until < %(now)s
               AND k.request_hash = excluded.request_hash)
    RETURNING true
"""
FIND = f"""
    SELECT request_hash, effect_committed, response, claimed_until FROM idempotency_keys
    WHERE {_THIS_KEY}
"""
# A transaction that has no id yet has only read.
MARK_EFFECT = f"""
    UPDATE idempotency_keys SET effect_committed = true
    WHERE {_THIS_KEY} AND pg_current_xact_id_if_assigned() IS NOT NULL
"""
STORE_RESPONSE = f"UPDATE idempotency_keys SET response = %(response)s WHERE {_THIS_KEY}"
RELEASE = f"""
    DELETE FROM idempotency_keys WHERE {_THIS_KEY} AND NOT (effect_committed AND %(keep_effect)s)
"""
DELETE_OLDER = "DELETE FROM idempotency_keys WHERE created_at < %(before)s"


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """``key_hash`` is the SHA-256 of the client's key; ``owner_id`` separates the callers."""

    owner_id: UUID
    operation: str
    key_hash: bytes


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """The first request with a key; ``response`` is encrypted, ``None`` until it is known."""

    request_hash: bytes
    effect_committed: bool
    response: bytes | None
    claimed_until: datetime


def claim(
    key: IdempotencyKey, request_hash: bytes, *, now: datetime, until: datetime, expired: datetime
) -> bool:
    """Claim the key until ``until``; ``False`` where another request has it.

    A row created before ``expired`` is replaced; so is one of the same request whose claim expired
    without a committed effect.
    """
    times = {"now": now, "until": until, "expired": expired}
    parameters = {**asdict(key), "request_hash": request_hash, **times}
    return connection().execute(CLAIM, parameters).fetchone() is not None


def find(key: IdempotencyKey) -> StoredRequest | None:
    """Return the first request with this key."""
    row = connection().execute(FIND, asdict(key)).fetchone()
    if row is None:
        return None
    request_hash, effect_committed, response, claimed_until = row
    stored = None if response is None else bytes(response)
    return StoredRequest(bytes(request_hash), effect_committed, stored, claimed_until)


def mark_effect(key: IdempotencyKey) -> None:
    """Note in the open transaction that it has the request's effect; reading alone has none."""
    connection().execute(MARK_EFFECT, asdict(key))


def store_response(key: IdempotencyKey, response: bytes) -> None:
    """Keep the encrypted response for the next request with this key."""
    connection().execute(STORE_RESPONSE, {**asdict(key), "response": response})


def release(key: IdempotencyKey, *, keep_effect: bool) -> None:
    """Delete the key; with ``keep_effect``, only where no effect was committed."""
    connection().execute(RELEASE, {**asdict(key), "keep_effect": keep_effect})


def delete_older(before: datetime) -> int:
    """Delete the keys made before this time; return how many."""
    return connection().execute(DELETE_OLDER, {"before": before}).rowcount
