"""Which browser origins may call the API."""

from typing import Annotated

from pydantic import model_validator
from pydantic_settings import NoDecode

from mara.platform.settings.stage import StageSettings


class HttpSettings(StageSettings):
    """``cors_origins`` is a comma-separated list, such as ``https://app.example.com``."""

    cors_origins: Annotated[frozenset[str], NoDecode] = frozenset()
    """Origins of browsers that may call the API, separated by commas."""

    @model_validator(mode="before")
    @classmethod
    def _split_origins(cls, values: dict[str, object]) -> dict[str, object]:
        origins = values.get("cors_origins")
        if isinstance(origins, str):
            values["cors_origins"] = frozenset(o.strip() for o in origins.split(",") if o.strip())
        return values
