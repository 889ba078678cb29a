"""The key of the hashes that remember who has used a trial."""

from typing import Self

from pydantic import SecretStr, model_validator

from mara.platform.settings.stage import StageSettings
from mara.platform.weak_secrets import weakness_reason


class TrialSettings(StageSettings):
    """Another key forgets all trials: every user could have a second one."""

    trial_key: SecretStr
    """A random text of 32 bytes or more."""

    @model_validator(mode="after")
    def _require_strong_key(self) -> Self:
        if not self.is_local and (
            reason := weakness_reason(self.trial_key.get_secret_value(), bytes_min=32)
        ):
            message = f"MARA_TRIAL_KEY {reason}"
            raise ValueError(message)
        return self
