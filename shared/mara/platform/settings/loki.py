"""The Loki to which log lines are shipped."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from mara.platform.settings.stage import StageSettings
from mara.platform.weak_secrets import weakness_reason


class LokiSettings(StageSettings):
    """Its address and, where it asks for them, a tenant and credentials."""

    loki_url: str = Field(default="", pattern=r"^(https?://[^@?#]+)?$")
    """Loki's URL up to ``/loki/api/v1``; empty where no lines are shipped."""
    loki_tenant: str = Field(default="", pattern=r"^[\w.-]{0,150}$")
    """The header ``X-Scope-OrgID``; empty for a Loki without tenants."""
    loki_user: str = ""
    """The user of basic authentication; empty for a Loki without one."""
    loki_password: SecretStr = SecretStr("")
    """The user's password or token, of 16 bytes or more outside the local stage."""

    @model_validator(mode="after")
    def _require_tls_with_a_password(self) -> Self:
        if not self.loki_user or self.is_local:
            return self
        if not self.loki_url.startswith("https://"):
            raise ValueError("MARA_LOKI_URL must begin with https:// where a password is sent")
        if reason := weakness_reason(self.loki_password.get_secret_value(), bytes_min=16):
            raise ValueError(f"MARA_LOKI_PASSWORD {reason}")
        return self
