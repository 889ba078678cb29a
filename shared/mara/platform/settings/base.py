"""The base class of every settings group: fields are read from ``MARA_*`` variables."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from ``MARA_*``; a validation error names the variable and never its value."""

    model_config = SettingsConfigDict(env_prefix="MARA_", hide_input_in_errors=True, extra="ignore")
