"""The base class of every settings group: fields are read from ``MARA_*`` variables."""

from typing import Any

from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from mara.platform.stored_secrets import resolve


class StoredVariables(EnvSettingsSource):
    """The environment, where a value may name a secret of the store: its text is read then.

    Only secrets of the fields of the group that is made are read.
    """

    def __call__(self) -> dict[str, Any]:
        """Return the values by field. Raises SecretUnavailable."""
        own = {f"{self.env_prefix}{name}".lower() for name in self.settings_cls.model_fields}
        self.env_vars = {
            name: resolve(name.upper(), value)
            for name, value in self.env_vars.items()
            if name in own and value is not None
        }
        return super().__call__()


class Settings(BaseSettings):
    """Read from ``MARA_*``; a validation error names the variable and never its value.

    Raises SecretUnavailable where a variable names a secret that cannot be read.
    """

    model_config = SettingsConfigDict(env_prefix="MARA_", hide_input_in_errors=True, extra="ignore")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given by name, then the environment; there are no files."""
        return init_settings, StoredVariables(settings_cls)
