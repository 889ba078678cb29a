"""The secrets that sign tokens, and how long tokens are valid."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from mara.platform.settings.stage import StageSettings
from mara.platform.weak_secrets import weakness_reason


class TokenSettings(StageSettings):
    """``token_secrets`` maps key ids to secrets: the first signs, all of them verify.

    To rotate, insert a new secret in front, and remove the last one after the longest token
    lifetime.
    """

    token_secrets: dict[str, SecretStr] = Field(min_length=1)
    """A JSON object of key ids and secrets of 32 bytes or more, which functions read themselves."""
    access_token_minutes: int = Field(default=30, ge=1, le=24 * 60)
    """How long an access token is valid, in minutes."""
    refresh_token_days: int = Field(default=30, ge=1, le=365)
    """How long a refresh token is valid, in days."""

    @model_validator(mode="after")
    def _require_strong_secrets(self) -> Self:
        if not self.is_local:
            for key_id, secret in self.token_secrets.items():
                if reason := weakness_reason(secret.get_secret_value(), bytes_min=32):
                    message = f"MARA_TOKEN_SECRETS: the secret {key_id!r} {reason}"
                    raise ValueError(message)
        return self
