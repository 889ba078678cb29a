"""What the program refuses to start with."""

import json

import pytest
from pydantic import ValidationError

from mara.platform.settings.chains import ChainsSettings
from mara.platform.settings.database import DatabaseSettings
from mara.platform.settings.keys import LocalKeySettings
from mara.platform.settings.search import SearchSettings
from mara.platform.settings.tokens import TokenSettings
from mara.platform.settings.verification import verify_settings
from mara.platform.weak_secrets import KNOWN

STRONG = "vN3kqX8rTzW1mYc6PbLs9HdGfJ4aRu2E"
WEAK = [
    "tooSmall1",
    "your-super-secret-key-here-and-longer-than-that",
    "a" * 64,
    "abababababababababababababababababababab",
    f"{KNOWN[0]}-{'x1y2z3w4v5u6' * 4}",
]


@pytest.fixture(autouse=True)
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARA_STAGE", "production")
    monkeypatch.setenv("MARA_BCRYPT_COST", "12")
    monkeypatch.setenv("MARA_DATABASE_URL", f"postgresql://mara_app:{STRONG}@db.example/mara")
    monkeypatch.setenv("MARA_TOKEN_SECRETS", json.dumps({"k1": STRONG}))
    monkeypatch.setenv("MARA_CHAINS", "{}")
    monkeypatch.setenv("MARA_KEYS", "kms")
    monkeypatch.setenv("MARA_LOCAL_KEYS", "{}")


class TestOutsideTheLocalStage:
    """Invariant 5: the program refuses to start with a default, short or known secret."""

    def test_starts_with_secrets_drawn_at_random(self) -> None:
        verify_settings()

    @pytest.mark.parametrize("weak", WEAK)
    def test_refuses_a_weak_token_secret_and_does_not_repeat_it(
        self, weak: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_TOKEN_SECRETS", json.dumps({"k1": STRONG, "k0": weak}))
        with pytest.raises(ValidationError) as refusal:
            TokenSettings()  # type: ignore[call-arg]
        assert "k0" in str(refusal.value)
        assert weak not in str(refusal.value)

    @pytest.mark.parametrize("weak", ["postgres", "password", "mara", "0" * 20])
    def test_refuses_a_weak_database_password_and_does_not_repeat_it(
        self, weak: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = f"postgresql://mara_app:{weak}@db.example/mara"
        monkeypatch.setenv("MARA_DATABASE_URL", url)
        with pytest.raises(ValidationError) as refusal:
            DatabaseSettings()  # type: ignore[call-arg]
        assert url not in str(refusal.value)

    def test_refuses_a_cheap_password_hash(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MARA_BCRYPT_COST", "8")
        with pytest.raises(ValidationError, match="MARA_BCRYPT_COST"):
            verify_settings()

    def test_refuses_local_keys_and_does_not_repeat_them(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = "6b1f0c9d" * 8
        monkeypatch.setenv("MARA_LOCAL_KEYS", json.dumps({"local-1": key}))
        for keys in ("kms", "local"):
            monkeypatch.setenv("MARA_KEYS", keys)
            with pytest.raises(ValidationError, match="MARA_LOCAL_KEYS") as refusal:
                verify_settings()
            assert key not in str(refusal.value)

    def test_refuses_to_wrap_with_local_keys(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MARA_KEYS", "local")
        with pytest.raises(ValidationError, match="MARA_KEYS"):
            verify_settings()

    def test_refuses_to_run_without_a_stage(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("MARA_STAGE")
        with pytest.raises(ValidationError):
            verify_settings()


class TestInTheLocalStage:
    def test_starts_with_a_short_secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MARA_STAGE", "local")
        monkeypatch.setenv("MARA_TOKEN_SECRETS", json.dumps({"k1": "short"}))
        verify_settings()

    @pytest.mark.parametrize("key", ["", "6b1f", "not a key" * 8, "6B1F0C9D" * 8])
    def test_refuses_what_is_no_local_key_and_does_not_repeat_it(
        self, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_STAGE", "local")
        monkeypatch.setenv("MARA_KEYS", "local")
        monkeypatch.setenv("MARA_LOCAL_KEYS", json.dumps({"local-1": key}))
        with pytest.raises(ValidationError, match="local-1") as refusal:
            LocalKeySettings()  # type: ignore[call-arg]
        assert not key or key not in str(refusal.value)


class TestSearch:
    def test_needs_the_url_of_the_cluster(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MARA_SEARCH", "opensearch")
        with pytest.raises(ValidationError, match="MARA_OPENSEARCH_URL must be set"):
            SearchSettings()  # type: ignore[call-arg]

    @pytest.mark.parametrize(
        ("url", "password", "reason"),
        [
            ("http://search.example", STRONG, "must begin with https"),
            ("https://search.example", "", "is shorter than"),
            ("https://search.example", "admin-admin-admin", "repeats a few"),
        ],
    )
    def test_refuses_an_open_door(
        self, url: str, password: str, reason: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_OPENSEARCH_URL", url)
        monkeypatch.setenv("MARA_OPENSEARCH_PASSWORD", password)
        with pytest.raises(ValidationError, match=reason):
            SearchSettings()  # type: ignore[call-arg]

    def test_gives_every_stage_indexes_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MARA_OPENSEARCH_URL", "https://search.example")
        monkeypatch.setenv("MARA_OPENSEARCH_PASSWORD", STRONG)
        assert SearchSettings().opensearch_prefix == "mara-production"  # type: ignore[call-arg]


class TestChains:
    URL = "https://rpc.example/v3/4711-a-key"

    def test_are_off_where_none_is_named(self) -> None:
        verify_settings()
        assert ChainsSettings().chains == {}  # type: ignore[call-arg]

    def test_are_reached_over_tls(self, monkeypatch: pytest.MonkeyPatch) -> None:
        set_chains(monkeypatch, {"tron": {"urls": [self.URL]}})
        verify_settings()

    def test_that_anybody_between_could_play_are_refused_without_telling_the_key(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plain = self.URL.replace("https", "http")
        set_chains(monkeypatch, {"tron": {"urls": [self.URL, plain]}})
        with pytest.raises(ValidationError, match="a URL of tron does not begin with https") as it:
            verify_settings()
        assert "4711" not in str(it.value)

    @pytest.mark.parametrize("stage", ["local", "localstack"])
    def test_of_this_machine_need_no_tls(self, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MARA_STAGE", stage)
        set_chains(monkeypatch, {"tron": {"urls": ["http://172.17.0.1:8106/jsonrpc"]}})
        verify_settings()

    @pytest.mark.parametrize(
        "chains",
        [
            {"bitcoin": {"urls": [URL]}},
            {"tron": {"urls": []}},
            {"tron": {"urls": [URL, URL]}},
            {"tron": {"urls": [URL, f"{URL.upper()}/".replace("HTTPS", "https")]}},
            {"tron": {}},
            {"tron": {"urls": [URL], "key": "4711-a-key"}},
            {"tron": {"urls": [URL], "minimum_micro_usdt": 0}},
            {"tron": {"urls": [URL], "start_block": 0}},
        ],
    )
    def test_that_make_no_sense_are_refused_without_telling_the_key(
        self, monkeypatch: pytest.MonkeyPatch, chains: dict[str, object]
    ) -> None:
        set_chains(monkeypatch, chains)
        with pytest.raises(ValidationError) as it:
            verify_settings()
        assert "4711" not in str(it.value)

    THRESHOLD = 5_000_000

    @pytest.mark.parametrize("stage", ["production", "local"])
    @pytest.mark.parametrize(
        "urls", [[URL], [URL, f"{URL}2"], [URL, URL.replace("//", "//user:word@") + "2"]]
    )
    def test_with_a_threshold_for_two_providers_and_one_of_them_are_refused(
        self, monkeypatch: pytest.MonkeyPatch, urls: list[str], stage: str
    ) -> None:
        """Two URLs of one host are one provider: deposits would wait for another forever."""
        monkeypatch.setenv("MARA_STAGE", stage)
        own = {"urls": urls, "two_provider_threshold_micro_usdt": self.THRESHOLD}
        set_chains(monkeypatch, {"tron": own})
        with pytest.raises(ValidationError, match="tron has a two_provider_threshold") as it:
            verify_settings()
        assert "4711" not in str(it.value)

    def test_with_a_threshold_and_two_providers_are_accepted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        urls = [self.URL, "https://other.example/jsonrpc"]
        own = {"urls": urls, "two_provider_threshold_micro_usdt": self.THRESHOLD}
        set_chains(monkeypatch, {"tron": own})
        verify_settings()


def set_chains(monkeypatch: pytest.MonkeyPatch, chains: dict[str, object]) -> None:
    monkeypatch.setenv("MARA_CHAINS", json.dumps(chains))
