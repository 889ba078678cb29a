"""Which keys wrap the data keys of seeds and of the secrets of connections."""

import re
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from mara.platform.settings.base import Settings
from mara.platform.settings.stage import StageSettings


class KeySettings(StageSettings):
    """Which provider wraps data keys: ``kms``, or ``local``, which only the local stage allows.

    ``SeedKeySettings`` and ``ConnectionKeySettings`` hold the keys of the provider ``kms``;
    ``LocalKeySettings`` validates the keys of the provider ``local``.

    ``local_keys`` maps key ids to 64 hexadecimal digits: the first wraps, all of them unwrap.
    """

    keys: Literal["kms", "local"] = "kms"
    """Who wraps the data keys of seeds and of the secrets of connections."""
    local_keys: dict[str, SecretStr] = Field(default_factory=dict)
    """A JSON object of key ids and keys of 64 hexadecimal digits; for the local stage only."""

    @model_validator(mode="after")
    def _require_kms_outside_local(self) -> Self:
        if not self.is_local and (self.keys == "local" or self.local_keys):
            message = "MARA_KEYS must be kms, and MARA_LOCAL_KEYS empty, outside the local stage"
            raise ValueError(message)
        return self


class LocalKeySettings(KeySettings):
    """The keys of the provider ``local``. Raises ValidationError outside the local stage."""

    keys: Literal["local"]
    local_keys: dict[str, SecretStr] = Field(min_length=1)

    @model_validator(mode="after")
    def _require_256_bit_keys(self) -> Self:
        for key_id, key in self.local_keys.items():
            if not re.fullmatch("[0-9a-f]{64}", key.get_secret_value()):
                message = f"MARA_LOCAL_KEYS: the key {key_id!r} is not 64 hexadecimal digits"
                raise ValueError(message)
        return self


KEY_ARN = r"^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"


class SeedKeySettings(Settings):
    """The key of the provider ``kms``, by its ARN: an alias could be pointed to another key."""

    seed_key_arn: str = Field(pattern=KEY_ARN)
    """The ARN of the KMS key that wraps the data keys of seeds."""


class ConnectionKeySettings(Settings):
    """The key of connection secrets: functions that may decrypt those have no right over seeds."""

    connection_key_arn: str = Field(pattern=KEY_ARN)
    """The ARN of the KMS key that wraps the data keys of bot tokens and signing secrets."""
