"""One effect per Idempotency-Key: the first response is stored, encrypted, and replayed.

Claim, effect and response are three transactions. The effect marks the claim in its own
transaction, so that after a crash it is known whether it was committed, and it never happens twice.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from mara.entrypoints.events import Request, Response
from mara.entrypoints.fingerprint import fingerprint
from mara.entrypoints.route import Replay, RouteApp
from mara.kernel.errors import Conflict, Invalid, code_of
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, DatabaseUnavailable
from mara.platform import idempotency_store
from mara.platform.clock import now
from mara.platform.database import before_commit, transaction
from mara.platform.idempotency_store import IdempotencyKey
from mara.platform.token_secrets import token_settings

HEADER = "idempotency-key"
KEY_LENGTH_MAX = 255
CLAIM_LEASE = timedelta(seconds=60)
"""Longer than any function may run: an older claim was abandoned by a crash."""
RETENTION = timedelta(hours=24)
ANONYMOUS = UUID(int=0)
NOT_STORED = b""
"""Stands for the response of a route that shows a secret once; no encrypted text is empty."""


class IdempotencyKeyReused(Conflict):
    """The key was used before with another body."""

    title = "The Idempotency-Key was used for another request"
    fields = ("idempotency-key",)


class RequestInProgress(Conflict):
    """The first request with this key has not finished."""

    title = "The first request with this Idempotency-Key is still running"


class OutcomeUnknown(Conflict):
    """The effect was committed, but its response was not stored or cannot be decrypted."""

    title = "The first request was carried out, but its answer was lost"


class InvalidIdempotencyKey(Invalid):
    """The key is empty or too long."""

    title = "The Idempotency-Key is not usable"
    fields = ("idempotency-key",)


@dataclass(frozen=True, slots=True)
class _Claim:
    key: IdempotencyKey
    request_hash: bytes
    encryption_key: bytes
    """Derived from the client's key and a secret: the table alone cannot decrypt a response."""


def once(
    request: Request, principal: Principal | None, route: RouteApp, run: Callable[[], Response]
) -> Response:
    """Run the route, or replay the first response. Only a POST with the header is idempotent.

    The response of a route whose ``replay`` is a refusal is not stored: a repeated request raises
    OutcomeUnknown. A route whose ``replay`` is nothing ignores the header.

    Raises IdempotencyKeyReused, RequestInProgress, OutcomeUnknown, InvalidIdempotencyKey.
    """
    client_key = request.headers.get(HEADER)
    if client_key is None or request.method != "POST" or route.replay is Replay.NOTHING:
        return run()
    claim = _claim_of(request, principal, route.operation, client_key)
    with transaction(SYSTEM):
        if not _try_claim(claim):
            return _replay(claim)
    # In the transaction of the effect itself, whatever its scope is.
    before_commit(lambda: idempotency_store.mark_effect(claim.key))
    try:
        response = run()
    finally:
        before_commit(None)
    with transaction(SYSTEM):
        if response["statusCode"] < HTTPStatus.BAD_REQUEST:
            is_secret = route.replay is Replay.REFUSAL
            stored = NOT_STORED if is_secret else _encrypt(claim, response)
            idempotency_store.store_response(claim.key, stored)
        else:
            # A refused request was rolled back and may be retried; another error may have occurred
            # after the commit.
            idempotency_store.release(claim.key, keep_effect=_is_in_doubt(response))
    return response


def _is_in_doubt(response: Response) -> bool:
    """Whether the error may have occurred after a commit: a bug, or a database that was lost."""
    if response["statusCode"] == HTTPStatus.SERVICE_UNAVAILABLE:
        return bool(json.loads(response["body"])["code"] == code_of(DatabaseUnavailable))
    return bool(response["statusCode"] == HTTPStatus.INTERNAL_SERVER_ERROR)


def _claim_of(
    request: Request, principal: Principal | None, operation: str, client_key: str
) -> _Claim:
    if not 1 <= len(client_key) <= KEY_LENGTH_MAX:
        raise InvalidIdempotencyKey(f"Use 1 to {KEY_LENGTH_MAX} characters, such as a UUID.")
    owner_id = principal.user_id if principal else ANONYMOUS
    # Anonymous callers with different addresses do not share a name space.
    space = "" if principal else request.address
    key_hash = hashlib.sha256(f"{space}\n{client_key}".encode()).digest()
    secrets = token_settings().token_secrets
    secret = next(iter(secrets.values())).get_secret_value()
    encryption_key = hmac.digest(
        secret.encode(), f"idempotency\n{space}\n{client_key}".encode(), "sha256"
    )
    key = IdempotencyKey(owner_id, operation, key_hash)
    return _Claim(key, fingerprint(request), encryption_key)


def _try_claim(claim: _Claim) -> bool:
    at = now()
    return idempotency_store.claim(
        claim.key, claim.request_hash, now=at, until=at + CLAIM_LEASE, expired=at - RETENTION
    )


def _replay(claim: _Claim) -> Response:
    stored = idempotency_store.find(claim.key)
    if stored is None:  # deleted or released between the two statements
        raise RequestInProgress("Send the request again.")
    if stored.request_hash != claim.request_hash:
        raise IdempotencyKeyReused("Use a new key for a new request.")
    if stored.response == NOT_STORED:
        raise OutcomeUnknown("Its answer held a secret, which is shown once. Use a new key.")
    if stored.response is not None:
        return _decrypt(claim, stored.response)
    if stored.effect_committed and stored.claimed_until < now():
        raise OutcomeUnknown("Check what it created before you send it with another key.")
    raise RequestInProgress("Wait for the first answer, then send it again.")


def _encrypt(claim: _Claim, response: Response) -> bytes:
    from cryptography.fernet import Fernet

    return Fernet(_fernet_key(claim)).encrypt(json.dumps(response).encode())


def _decrypt(claim: _Claim, encrypted: bytes) -> Response:
    from cryptography.fernet import Fernet, InvalidToken

    try:
        response: Response = json.loads(Fernet(_fernet_key(claim)).decrypt(encrypted))
    except InvalidToken:  # the signing secret was rotated in between
        raise OutcomeUnknown("Its answer can no longer be read.") from None
    response["headers"]["idempotent-replayed"] = "true"
    return response


def _fernet_key(claim: _Claim) -> bytes:
    return base64.urlsafe_b64encode(claim.encryption_key)
