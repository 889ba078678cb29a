"""How expensive a password hash is."""

from typing import Self

from pydantic import Field, model_validator

from mara.platform.settings.stage import StageSettings


class PasswordSettings(StageSettings):
    """The cost factor of bcrypt: the number of rounds is 2 to its power."""

    bcrypt_cost: int = Field(default=12, ge=4, le=16)
    """The number of rounds of a password's hash is 2 to this power."""

    @model_validator(mode="after")
    def _require_expensive_hash(self) -> Self:
        if not self.is_local and self.bcrypt_cost < 10:  # noqa: PLR2004 - OWASP's minimum
            message = "MARA_BCRYPT_COST must be 10 or more outside the local stage"
            raise ValueError(message)
        return self
