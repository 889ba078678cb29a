"""Environment variables, one small group per dependency; compose what a domain needs."""

import re
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PostgresDsn, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from mara.platform.weak_secrets import weakness

LOCAL = "local"
"""The one stage that may run with relaxed cookies and small secrets."""


class Settings(BaseSettings):
    """Read from ``MARA_*``; an error names the variable and never its value."""

    model_config = SettingsConfigDict(env_prefix="MARA_", hide_input_in_errors=True, extra="ignore")


class StageSettings(Settings):
    stage: str = Field(min_length=1, max_length=20, pattern=r"^[a-z][a-z0-9-]*$")

    @property
    def is_local(self) -> bool:
        return self.stage == LOCAL


class DatabaseSettings(StageSettings):
    database_url: PostgresDsn
    database_connect_timeout_s: int = 5
    database_wait_max_s: float = 8.0
    """How long a function waits for a free place when PostgreSQL has no connection left."""

    @model_validator(mode="after")
    def _refuse_a_weak_password(self) -> Self:
        password = self.database_url.hosts()[0].get("password") or ""
        if not self.is_local and (reason := weakness(password, bytes_min=16)):
            message = f"MARA_DATABASE_URL holds a password that {reason}"
            raise ValueError(message)
        return self


class TokenSettings(StageSettings):
    """``token_secrets`` maps key ids to secrets: the first signs, every one verifies.

    To rotate, put a new one in front and drop the last when the longest token has expired.
    """

    token_secrets: dict[str, SecretStr] = Field(min_length=1)
    access_token_minutes: int = Field(default=30, ge=1, le=24 * 60)
    refresh_token_days: int = Field(default=30, ge=1, le=365)

    @model_validator(mode="after")
    def _refuse_weak_secrets(self) -> Self:
        if not self.is_local:
            for key_id, secret in self.token_secrets.items():
                if reason := weakness(secret.get_secret_value(), bytes_min=32):
                    message = f"MARA_TOKEN_SECRETS: the secret {key_id!r} {reason}"
                    raise ValueError(message)
        return self


class PasswordSettings(StageSettings):
    bcrypt_cost: int = Field(default=12, ge=4, le=16)

    @model_validator(mode="after")
    def _refuse_a_cheap_hash(self) -> Self:
        if not self.is_local and self.bcrypt_cost < 10:  # noqa: PLR2004 - OWASP's least
            message = "MARA_BCRYPT_COST must be 10 or more outside the local stage"
            raise ValueError(message)
        return self


class LimitSettings(Settings):
    """Requests a minute, and the failures that lock an account or an address out."""

    requests_per_minute_user: int = Field(default=600, ge=1)
    requests_per_minute_address: int = Field(default=120, ge=1)
    login_failures_per_account: int = Field(default=10, ge=1)
    login_failures_per_address: int = Field(default=100, ge=1)


class HttpSettings(StageSettings):
    """``cors_origins`` is a comma-separated list, such as ``https://app.example.com``."""

    cors_origins: Annotated[frozenset[str], NoDecode] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _split_origins(cls, values: dict[str, object]) -> dict[str, object]:
        origins = values.get("cors_origins")
        if isinstance(origins, str):
            values["cors_origins"] = frozenset(o.strip() for o in origins.split(",") if o.strip())
        return values


class StorageSettings(Settings):
    bucket: str = Field(min_length=3)


class EventSettings(Settings):
    """The topic that tells of what happened."""

    events_topic_arn: str = Field(pattern=r"^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$")


class EmbedderSettings(Settings):
    """Which model embeds. ``use`` needs nothing else; of the others, what its card says of it."""

    embedder: Literal["use", "ollama", "sentence-transformers"] = "use"
    embedder_url: str = Field(default="", pattern=r"^(https?://.+)?$")
    embedder_model: str = ""
    embedder_dimensions: int = Field(default=0, ge=0)
    embedder_tokens_max: int = Field(default=512, ge=16)
    embedder_query_prefix: str = ""
    embedder_passage_prefix: str = ""

    @model_validator(mode="after")
    def _refuse_half_a_model(self) -> Self:
        if self.embedder != "use" and not (self.embedder_model and self.embedder_dimensions):
            message = "MARA_EMBEDDER needs MARA_EMBEDDER_MODEL and MARA_EMBEDDER_DIMENSIONS"
            raise ValueError(message)
        if self.embedder == "ollama" and not self.embedder_url:
            message = "MARA_EMBEDDER_URL must be set where MARA_EMBEDDER is ollama"
            raise ValueError(message)
        return self


class LanguageModelSettings(Settings):
    """Of an Ollama server; without its address, agents quote and generate nothing."""

    ollama_url: str = Field(default="", pattern=r"^(https?://.+)?$")
    language_model: str = Field(default="qwen2.5:7b", min_length=1)
    context_tokens: int = Field(default=8192, ge=2048)
    """What the model reads at once, prompt and answer together."""


class KeySettings(StageSettings):
    """Who wraps data keys: ``kms`` everywhere; ``local``, keys in the environment, on one machine.

    ``local_keys`` maps key ids to 64 hexadecimal digits: the first wraps, every one unwraps.
    """

    keys: Literal["kms", "local"] = "kms"
    local_keys: dict[str, SecretStr] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _refuse_keys_that_anybody_may_read(self) -> Self:
        if not self.is_local and (self.keys == "local" or self.local_keys):
            message = "MARA_KEYS must be kms, and MARA_LOCAL_KEYS empty, outside the local stage"
            raise ValueError(message)
        return self


class LocalKeySettings(KeySettings):
    """Read in the local stage alone; elsewhere this raises pydantic.ValidationError."""

    keys: Literal["local"]
    local_keys: dict[str, SecretStr] = Field(min_length=1)

    @model_validator(mode="after")
    def _refuse_what_is_no_key(self) -> Self:
        for key_id, key in self.local_keys.items():
            if not re.fullmatch("[0-9a-f]{64}", key.get_secret_value()):
                message = f"MARA_LOCAL_KEYS: the key {key_id!r} is not 64 hexadecimal digits"
                raise ValueError(message)
        return self


class SeedKeySettings(Settings):
    """The KMS key of the seeds, by its ARN: an alias may be pointed to another key."""

    seed_key_arn: str = Field(pattern=r"^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$")


class ChainSettings(BaseModel):
    """Of one network. What is left out is as on the public network.

    ``urls`` are its providers', the preferred one first; they and ``headers`` hold their keys.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    urls: tuple[SecretStr, ...] = Field(min_length=1)
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    chain_id: int | None = Field(default=None, gt=0)
    contract: str | None = None
    symbol: str | None = None
    minimum_micro_usdt: int | None = Field(default=None, gt=0)
    opinion_above_micro_usdt: int | None = Field(default=None, ge=0)
    blocks_per_scan_max: int | None = Field(default=None, gt=0)
    start_block: int | None = Field(default=None, gt=0)


class ChainsSettings(StageSettings):
    """``chains`` is by the network's name: one that is not there is off."""

    chains: dict[Literal["arbitrum", "tron", "aptos"], ChainSettings] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _refuse_one_provider_for_two(self) -> Self:
        for network, own in self.chains.items():
            urls = {url.get_secret_value().lower().rstrip("/") for url in own.urls}
            if len(urls) < len(own.urls):
                message = f"MARA_CHAINS: one provider of {network} twice is no second opinion"
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _refuse_providers_that_anybody_may_play(self) -> Self:
        if self.is_local:
            return self
        for network, own in self.chains.items():
            for url in own.urls:
                # Whoever sits between could tell of deposits that never were.
                if not url.get_secret_value().startswith("https://"):
                    message = f"MARA_CHAINS: a URL of {network} does not begin with https://"
                    raise ValueError(message)
        return self


class SearchSettings(StageSettings):
    """Which search index a new installation begins with, and a reindex goes over to.

    Of one cluster, every stage has the indexes that begin with its own prefix: ``mara-prod``.
    """

    search: Literal["postgres", "opensearch"] = "postgres"
    opensearch_url: str = Field(default="", pattern=r"^(https?://[^/@]+)?$")
    opensearch_user: str = ""
    opensearch_password: SecretStr = SecretStr("")
    opensearch_prefix: str = Field(default="", pattern=r"^([a-z][a-z0-9-]*)?$")
    opensearch_timeout_s: float = Field(default=4.0, gt=0)
    """Of one attempt; with the second one it ends before the function that asks does."""

    @model_validator(mode="after")
    def _refuse_a_cluster_that_is_not_named_or_not_guarded(self) -> Self:
        if self.search == "opensearch" and not self.opensearch_url:
            message = "MARA_OPENSEARCH_URL must be set where MARA_SEARCH is opensearch"
            raise ValueError(message)
        self.opensearch_prefix = self.opensearch_prefix or f"mara-{self.stage}"
        if self.opensearch_url and not self.is_local:
            self._refuse_an_open_door()
        return self

    def _refuse_an_open_door(self) -> None:
        if not self.opensearch_url.startswith("https://"):
            message = "MARA_OPENSEARCH_URL must begin with https:// outside the local stage"
            raise ValueError(message)
        if reason := weakness(self.opensearch_password.get_secret_value(), bytes_min=16):
            message = f"MARA_OPENSEARCH_PASSWORD {reason}"
            raise ValueError(message)


@cache
def stage() -> StageSettings:
    return StageSettings()  # type: ignore[call-arg]  # from the environment


@cache
def token_settings() -> TokenSettings:
    """Reading the environment costs more than checking a token, so it is read once."""
    return TokenSettings()  # type: ignore[call-arg]  # from the environment


@cache
def limit_settings() -> LimitSettings:
    return LimitSettings()


def verify_secrets() -> None:
    """Refuse to start with a default, short or known secret outside the local stage.

    Raises pydantic.ValidationError, which names the variable and not its value.
    """
    TokenSettings()  # type: ignore[call-arg]  # from the environment
    DatabaseSettings()  # type: ignore[call-arg]  # from the environment
    PasswordSettings()  # type: ignore[call-arg]  # from the environment
    SearchSettings()  # type: ignore[call-arg]  # from the environment
    KeySettings()  # type: ignore[call-arg]  # from the environment
    ChainsSettings()  # type: ignore[call-arg]  # from the environment
