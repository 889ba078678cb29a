"""Token secrets that rotate in a running function, and a store of secrets that fails."""

import io
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from pydantic import SecretStr, ValidationError

from mara.auth.adapters.jwt import JwtAccessTokens
from mara.auth.errors import InvalidToken
from mara.auth.model import AccessClaims
from mara.kernel.ids import new_id
from mara.platform import token_secrets
from mara.platform.secrets import SecretUnavailable
from mara.platform.token_secrets import (
    REFRESH_AFTER_S,
    RETRY_AFTER_S,
    STALE_MAX_S,
    UNKNOWN_KEY_REFRESH_AFTER_S,
    TokenSecrets,
    TokenStore,
)

OLD = "vN3kqX8rTzW1mYc6PbLs9HdGfJ4aRu2E"
NEW = "Qw7RtY2uIoP9aSdF5gHjK1lZxC3vBn8M"
FORGED = "Zx1Cv2Bn3Mq4We5Rt6Yu7Io8Pa9Sd0Fg"


class Store:
    """The store of secrets, with a clock of its own; ``text`` is None during an outage."""

    def __init__(self) -> None:
        self.text: str | None = json.dumps({"old": OLD})
        self.now = 1_000_000.0
        self.requests = 0

    def fetch(self) -> str:
        self.requests += 1
        if self.text is None:
            raise SecretUnavailable("The store of secrets does not answer.")
        return self.text

    def rotate(self) -> None:
        self.text = json.dumps({"new": NEW, "old": OLD})


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def tokens(store: Store, monkeypatch: pytest.MonkeyPatch) -> JwtAccessTokens:
    """As the wiring makes them, over this store."""
    monkeypatch.delenv("MARA_TOKEN_SECRETS")
    settings = TokenStore(store.fetch, lambda: store.now)
    monkeypatch.setattr(token_secrets, "_store", lambda: settings)
    return JwtAccessTokens(TokenSecrets())


def claims() -> AccessClaims:
    at = datetime.now(UTC).replace(microsecond=0)
    return AccessClaims(new_id(), new_id(), at, at + timedelta(hours=2))


def is_accepted(tokens: JwtAccessTokens, token: str) -> bool:
    try:
        tokens.read(token, datetime.now(UTC))
    except InvalidToken:
        return False
    return True


class TestRotation:
    def test_signs_with_the_new_secret_after_the_refresh_and_verifies_the_old_one(
        self, store: Store, tokens: JwtAccessTokens
    ) -> None:
        before = tokens.issue(claims())
        store.rotate()
        assert kid(tokens.issue(claims())) == "old"
        store.now += REFRESH_AFTER_S
        after = tokens.issue(claims())
        assert (kid(before), kid(after)) == ("old", "new")
        assert is_accepted(tokens, before)
        assert is_accepted(tokens, after)

    def test_is_noticed_at_a_token_that_another_environment_signed_with_the_new_secret(
        self, store: Store, tokens: JwtAccessTokens
    ) -> None:
        tokens.issue(claims())
        store.rotate()
        foreign = JwtAccessTokens(TokenStore(store.fetch).settings().token_secrets)
        store.now += UNKNOWN_KEY_REFRESH_AFTER_S
        assert is_accepted(tokens, foreign.issue(claims()))

    def test_ends_with_the_old_secret_when_it_is_removed(
        self, store: Store, tokens: JwtAccessTokens
    ) -> None:
        before = tokens.issue(claims())
        store.text = json.dumps({"new": NEW})
        store.now += REFRESH_AFTER_S
        assert not is_accepted(tokens, before)

    def test_refuses_an_unknown_key_without_a_request_for_every_token(
        self, store: Store, tokens: JwtAccessTokens
    ) -> None:
        forger = JwtAccessTokens({"unknown": SecretStr(FORGED)})
        tokens.issue(claims())
        store.now += UNKNOWN_KEY_REFRESH_AFTER_S
        for _ in range(50):
            assert not is_accepted(tokens, forger.issue(claims()))
        assert store.requests == 2

    def test_refuses_a_known_key_with_another_secret(self, tokens: JwtAccessTokens) -> None:
        forger = JwtAccessTokens({"old": SecretStr(FORGED)})
        assert not is_accepted(tokens, forger.issue(claims()))


class TestOutage:
    def test_keeps_the_last_value_and_asks_again_now_and_then(
        self, store: Store, tokens: JwtAccessTokens, log: io.StringIO
    ) -> None:
        token = tokens.issue(claims())
        store.text = None
        store.now += STALE_MAX_S - 1
        for _ in range(10):
            assert is_accepted(tokens, token)
        assert store.requests == 2
        assert "token_secrets_not_refreshed" in log.getvalue()
        assert OLD not in log.getvalue()
        store.rotate()
        store.now += RETRY_AFTER_S
        assert kid(tokens.issue(claims())) == "new"

    def test_refuses_to_sign_and_to_verify_after_the_stated_time(
        self, store: Store, tokens: JwtAccessTokens
    ) -> None:
        token = tokens.issue(claims())
        store.text = None
        store.now += STALE_MAX_S + 1
        with pytest.raises(SecretUnavailable):
            tokens.read(token, datetime.now(UTC))
        with pytest.raises(SecretUnavailable):
            tokens.issue(claims())

    def test_at_the_start_is_reported_and_ends_by_itself(
        self, store: Store, tokens: JwtAccessTokens
    ) -> None:
        text, store.text = store.text, None
        with pytest.raises(SecretUnavailable):
            tokens.issue(claims())
        store.text = text
        store.now += RETRY_AFTER_S
        assert kid(tokens.issue(claims())) == "old"


class TestUnacceptableValues:
    @pytest.mark.parametrize("text", ['{"k1": "4711"}', "{}", "4711 is no JSON", '["4711"]'])
    def test_are_refused_at_the_start_and_not_repeated(
        self, text: str, store: Store, tokens: JwtAccessTokens, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_STAGE", "production")
        store.text = text
        with pytest.raises(ValidationError) as refusal:
            tokens.issue(claims())
        assert "4711" not in str(refusal.value)

    def test_are_not_taken_in_a_running_function(
        self, store: Store, tokens: JwtAccessTokens, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_STAGE", "production")
        tokens.issue(claims())
        store.text = json.dumps({"weak": "a" * 64, "old": OLD})
        store.now += REFRESH_AFTER_S
        assert kid(tokens.issue(claims())) == "old"


def kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])
