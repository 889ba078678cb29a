"""How to connect to PostgreSQL."""

from typing import Self

from pydantic import PostgresDsn, model_validator

from mara.platform.settings.stage import StageSettings
from mara.platform.weak_secrets import weakness_reason


class DatabaseSettings(StageSettings):
    """The connection URL of the role ``mara_app`` and the time limits of connecting."""

    database_url: PostgresDsn
    """postgresql://mara_app:PASSWORD@HOST:5432/mara; functions get it from the store."""
    database_connect_timeout_s: int = 10
    """How long a function waits for PostgreSQL to accept a connection."""
    database_wait_max_s: float = 8.0
    """How long a function waits while PostgreSQL has no free connection slot, or starts up."""

    @model_validator(mode="after")
    def _require_strong_password(self) -> Self:
        password = self.database_url.hosts()[0].get("password") or ""
        if not self.is_local and (reason := weakness_reason(password, bytes_min=16)):
            message = f"MARA_DATABASE_URL holds a password that {reason}"
            raise ValueError(message)
        return self
