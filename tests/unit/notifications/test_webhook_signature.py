"""Signatures that the official library of Standard Webhooks accepts."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from mara.notifications.model.webhook_signature import secret_of, signed_headers

KEY, OLD_KEY = bytes(range(32)), bytes(range(1, 33))
BODY = json.dumps({"type": "deposit.credited", "data": {"id": "тест"}}).encode()
Headers = dict[str, str]


def headers(at: datetime | None = None, keys: tuple[bytes, ...] = (KEY,)) -> Headers:
    return dict(signed_headers("msg_1", BODY, at or datetime.now(UTC), keys))


def verify(given: Headers, body: bytes = BODY, key: bytes = KEY) -> object:
    return Webhook(secret_of(key)).verify(body, given)


def test_is_verified() -> None:
    assert verify(headers()) == json.loads(BODY)


@pytest.mark.parametrize("key", [KEY, OLD_KEY])
def test_during_a_rotation_both_secrets_verify(key: bytes) -> None:
    assert verify(headers(keys=(KEY, OLD_KEY)), key=key)


@pytest.mark.parametrize(
    "wrong",
    [
        {"body": BODY + b" "},
        {"key": OLD_KEY},
        {"given": {**headers(), "webhook-id": "msg_2"}},
        {"given": headers(datetime.now(UTC) - timedelta(minutes=6))},
    ],
)
def test_what_was_changed_or_is_old_is_not(wrong: dict[str, object]) -> None:
    with pytest.raises(WebhookVerificationError):
        verify(**{"given": headers(), **wrong})  # type: ignore[arg-type]


def test_each_attempt_has_the_same_id_and_a_signature_of_its_own() -> None:
    at = datetime.now(UTC)
    first, second = headers(at), headers(at + timedelta(seconds=5))
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-signature"] != second["webhook-signature"]


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        secret_of(b"short")
