"""One effect per Idempotency-Key: the first answer is kept, sealed, and given again.

The claim, the effect and the answer are three moments. The effect marks the claim in its own
transaction, so that after a crash we know whether it happened, and never do it twice.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from mara.entrypoints.events import Request, Response
from mara.kernel.errors import Conflict, Invalid
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import before_commit, connection, transaction
from mara.platform.settings.tokens import token_settings

HEADER = "idempotency-key"
KEY_LENGTH_MAX = 255
CLAIM = timedelta(seconds=60)
"""Longer than any function may run: a claim that is older was left by a crash."""
KEPT = timedelta(hours=24)
ANONYMOUS = UUID(int=0)

TRY_CLAIM = """
    INSERT INTO idempotency_keys AS k
        (owner_id, operation, key_hash, request_hash, claimed_until, created_at)
    VALUES (%(owner)s, %(operation)s, %(key)s, %(request)s, %(until)s, %(now)s)
    ON CONFLICT (owner_id, operation, key_hash) DO UPDATE
        SET request_hash = excluded.request_hash, claimed_until = excluded.claimed_until,
            created_at = excluded.created_at, effect_committed = false, response = NULL
        WHERE k.created_at < %(expired)s
           OR (k.response IS NULL AND NOT k.effect_committed AND k.claimed_until < %(now)s
               AND k.request_hash = excluded.request_hash)
    RETURNING true
"""
READ = """
    SELECT request_hash, effect_committed, response, claimed_until FROM idempotency_keys
    WHERE owner_id = %(owner)s AND operation = %(operation)s AND key_hash = %(key)s
"""
# A transaction that has no id yet has only read.
MARK = """
    UPDATE idempotency_keys SET effect_committed = true
    WHERE owner_id = %(owner)s AND operation = %(operation)s AND key_hash = %(key)s
      AND pg_current_xact_id_if_assigned() IS NOT NULL
"""
STORE = """
    UPDATE idempotency_keys SET response = %(response)s
    WHERE owner_id = %(owner)s AND operation = %(operation)s AND key_hash = %(key)s
"""
RELEASE = """
    DELETE FROM idempotency_keys
    WHERE owner_id = %(owner)s AND operation = %(operation)s AND key_hash = %(key)s
      AND NOT (effect_committed AND %(unsure)s)
"""


class IdempotencyKeyReused(Conflict):
    title = "The Idempotency-Key was used for another request"


class RequestInProgress(Conflict):
    title = "The first request with this Idempotency-Key is still running"


class OutcomeUnknown(Conflict):
    title = "The first request was carried out, but its answer was lost"


class InvalidIdempotencyKey(Invalid):
    title = "The Idempotency-Key is not usable"


@dataclass(frozen=True, slots=True)
class _Claim:
    owner: UUID
    operation: str
    key: bytes
    request: bytes
    seal: bytes
    """Made of the client's key and our secret: the table alone opens no stored answer."""

    def parameters(self, at: datetime) -> dict[str, object]:
        return {
            "owner": self.owner,
            "operation": self.operation,
            "key": self.key,
            "request": self.request,
            "now": at,
            "until": at + CLAIM,
            "expired": at - KEPT,
        }


def once(
    request: Request, principal: Principal | None, operation: str, run: Callable[[], Response]
) -> Response:
    """Run, or give the first answer again.

    Raises IdempotencyKeyReused, RequestInProgress, OutcomeUnknown, InvalidIdempotencyKey.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return run()
    claim = _claim_of(request, principal, operation, key)
    parameters = claim.parameters(now())
    with transaction(SYSTEM):
        if connection().execute(TRY_CLAIM, parameters).fetchone() is None:
            return _replay(claim, parameters)
    before_commit(lambda: _mark(parameters))
    try:
        response = run()
    finally:
        before_commit(None)
    with transaction(SYSTEM):
        if response["statusCode"] < HTTPStatus.BAD_REQUEST:
            sealed = _seal(claim, response)
            connection().execute(STORE, {**parameters, "response": sealed})
        else:
            # A refusal rolled back, so it may be tried again; a bug may strike after the commit.
            unsure = response["statusCode"] == HTTPStatus.INTERNAL_SERVER_ERROR
            connection().execute(RELEASE, {**parameters, "unsure": unsure})
    return response


def _claim_of(request: Request, principal: Principal | None, operation: str, key: str) -> _Claim:
    if not 1 <= len(key) <= KEY_LENGTH_MAX:
        raise InvalidIdempotencyKey(f"Use 1 to {KEY_LENGTH_MAX} characters, such as a UUID.")
    owner = principal.user_id if principal else ANONYMOUS
    # Strangers behind different addresses do not share a name space.
    space = "" if principal else request.address
    hashed = hashlib.sha256(f"{space}\n{key}".encode()).digest()
    secrets = token_settings().token_secrets
    secret = next(iter(secrets.values())).get_secret_value()
    seal = hmac.digest(secret.encode(), f"idempotency\n{space}\n{key}".encode(), "sha256")
    return _Claim(owner, operation, hashed, request.body_hash(), seal)


def _mark(parameters: dict[str, object]) -> None:
    """In the transaction of the effect itself, whatever scope that has."""
    connection().execute(MARK, parameters)


def _replay(claim: _Claim, parameters: dict[str, object]) -> Response:
    row = connection().execute(READ, parameters).fetchone()
    if row is None:  # purged or released between the two statements
        raise RequestInProgress("Send the request again.")
    request_hash, effect_committed, sealed, claimed_until = row
    if bytes(request_hash) != claim.request:
        raise IdempotencyKeyReused("Use a new key for a new request.")
    if sealed is not None:
        return _unseal(claim, bytes(sealed))
    if effect_committed and claimed_until < now():
        raise OutcomeUnknown("Look for what it made before you send it with another key.")
    raise RequestInProgress("Wait for the first answer, then send it again.")


def _seal(claim: _Claim, response: Response) -> bytes:
    from cryptography.fernet import Fernet

    return Fernet(_fernet_key(claim)).encrypt(json.dumps(response).encode())


def _unseal(claim: _Claim, sealed: bytes) -> Response:
    from cryptography.fernet import Fernet, InvalidToken

    try:
        response: Response = json.loads(Fernet(_fernet_key(claim)).decrypt(sealed))
    except InvalidToken:  # the signing secret was rotated in between
        raise OutcomeUnknown("Its answer can no longer be read.") from None
    response["headers"]["idempotent-replayed"] = "true"
    return response


def _fernet_key(claim: _Claim) -> bytes:
    return base64.urlsafe_b64encode(claim.seal)
