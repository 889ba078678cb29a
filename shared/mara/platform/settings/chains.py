"""The RPC providers and deposit rules of each blockchain network."""

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from mara.platform.settings.stage import StageSettings


class ChainSettings(BaseModel):
    """One network. A field that is left out has the value of the public network.

    ``urls`` are its RPC providers, the preferred one first; they and ``headers`` hold API keys.
    ``finality`` and ``eta_s`` tell users when a deposit is credited.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    urls: tuple[SecretStr, ...] = Field(min_length=1)
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    chain_id: int | None = Field(default=None, gt=0)
    contract: str | None = None
    symbol: str | None = None
    minimum_micro_usdt: int | None = Field(default=None, gt=0)
    two_provider_threshold_micro_usdt: int | None = Field(default=None, ge=0)
    blocks_per_scan_max: int | None = Field(default=None, gt=0)
    start_block: int | None = Field(default=None, gt=0)
    finality: str | None = Field(default=None, min_length=1, max_length=200)
    eta_s: int | None = Field(default=None, gt=0)

    @property
    def providers(self) -> int:
        """The number of independent providers: URLs with the same host are one."""
        hosts = (urlsplit(url.get_secret_value()).netloc.rpartition("@")[2] for url in self.urls)
        return len({host.lower() for host in hosts})


class ChainsSettings(StageSettings):
    """``chains`` maps network names to settings: a network that is missing is off."""

    chains: dict[Literal["arbitrum", "tron", "aptos"], ChainSettings] = Field(default_factory=dict)
    """A JSON object of networks and their settings, such as {"arbitrum": {"urls": ["https://…"]}}."""

    @model_validator(mode="after")
    def _require_distinct_providers(self) -> Self:
        for network, own in self.chains.items():
            urls = {url.get_secret_value().lower().rstrip("/") for url in own.urls}
            if len(urls) < len(own.urls):
                message = f"MARA_CHAINS: a provider of {network} is listed twice"
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _require_second_providers(self) -> Self:
        for network, own in self.chains.items():
            # Deposits above the threshold would wait forever for a provider that does not exist.
            if own.two_provider_threshold_micro_usdt is not None and own.providers == 1:
                message = (
                    f"MARA_CHAINS: {network} has a two_provider_threshold_micro_usdt and one "
                    "provider: add the URL of another host, or remove the threshold to credit "
                    "deposits of any amount on the word of this one"
                )
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _require_https_providers(self) -> Self:
        if self.has_development_chains:
            return self
        for network, own in self.chains.items():
            for url in own.urls:
                # A man in the middle could report deposits that do not exist.
                if not url.get_secret_value().startswith("https://"):
                    message = f"MARA_CHAINS: a URL of {network} does not begin with https://"
                    raise ValueError(message)
        return self
