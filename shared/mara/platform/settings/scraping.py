"""The token with which Prometheus reads the metrics."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from mara.platform.settings.stage import StageSettings
from mara.platform.weak_secrets import weakness_reason


class ScrapeSettings(StageSettings):
    """The holder of the token reads the metrics, and nothing else."""

    scrape_token: SecretStr | None = Field(default=None, min_length=1)
    """A random text of 32 bytes or more; a monitoring system sends it as its bearer token.

    Without one only superusers read the metrics.
    """

    @model_validator(mode="after")
    def _require_strong_token(self) -> Self:
        if self.is_local or self.scrape_token is None:
            return self
        if reason := weakness_reason(self.scrape_token.get_secret_value(), bytes_min=32):
            message = f"MARA_SCRAPE_TOKEN {reason}"
            raise ValueError(message)
        return self
