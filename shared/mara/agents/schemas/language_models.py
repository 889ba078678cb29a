"""Responses of the route of language models."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, Field

from mara.agents.model.language_models import LanguageModelOption


class ModelOut(BaseModel):
    """``available`` is false while the model server does not have the model or does not answer."""

    name: str = Field(
        description="Name of the model, as an agent names it.", examples=["smollm2:135m"]
    )
    default: bool = Field(description="Whether agents use the model if they name none.")
    available: bool = Field(description="Whether the model server has the model and answers.")

    @classmethod
    def of(cls, option: LanguageModelOption) -> Self:
        """Build the response from the model object."""
        return cls(name=option.name, default=option.is_default, available=option.is_available)


class ModelsOut(BaseModel):
    """The default model first; empty without a model server, where agents can only quote."""

    items: Sequence[ModelOut] = Field(
        description="The language models, the default one first. Without a model server the "
        "list is empty, and agents can only quote."
    )
