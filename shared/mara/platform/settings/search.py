"""Which search engine holds the index."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from mara.platform.settings.stage import StageSettings
from mara.platform.weak_secrets import weakness_reason


class SearchSettings(StageSettings):
    """The engine that a new installation uses and that a reindex switches to.

    On a shared cluster each stage has its own indexes, named with a prefix such as ``mara-prod``.
    """

    search: Literal["postgres", "opensearch"] = "postgres"
    """The engine that a new installation uses, and that `mara reindex` switches to."""
    opensearch_url: str = Field(default="", pattern=r"^(https?://[^/@]+)?$")
    """The cluster's URL without a path; empty where PostgreSQL alone is searched."""
    opensearch_user: str = ""
    """The cluster's user; empty for a cluster without authentication."""
    opensearch_password: SecretStr = SecretStr("")
    """The user's password, of 16 bytes or more outside the local stage."""
    opensearch_prefix: str = Field(default="", pattern=r"^([a-z][a-z0-9-]*)?$")
    """The beginning of the names of the indexes; by default mara- and the stage."""
    opensearch_timeout_s: float = Field(default=4.0, gt=0)
    """Per attempt; two attempts end before the timeout of the function that searches."""

    @model_validator(mode="after")
    def _require_complete_opensearch(self) -> Self:
        if self.search == "opensearch" and not self.opensearch_url:
            message = "MARA_OPENSEARCH_URL must be set where MARA_SEARCH is opensearch"
            raise ValueError(message)
        self.opensearch_prefix = self.opensearch_prefix or f"mara-{self.stage}"
        if self.opensearch_url and not self.is_local:
            self._require_opensearch_tls_and_password()
        return self

    def _require_opensearch_tls_and_password(self) -> None:
        if not self.opensearch_url.startswith("https://"):
            message = "MARA_OPENSEARCH_URL must begin with https:// outside the local stage"
            raise ValueError(message)
        if reason := weakness_reason(self.opensearch_password.get_secret_value(), bytes_min=16):
            message = f"MARA_OPENSEARCH_PASSWORD {reason}"
            raise ValueError(message)
