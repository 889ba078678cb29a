"""Requests and responses: what the texts of alerts have in common."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field

from mara.alerts.model.keywords import KEYWORD_LENGTH_MAX, KEYWORDS_MAX, Keywords
from mara.alerts.model.rule import EXAMPLE_LENGTH_MAX, EXAMPLES_MAX, THRESHOLD, Semantic
from mara.kernel.json_types import JsonNumber

KEYWORDS_EXAMPLE: Final[dict[str, Any]] = {
    "any_of": ["диск заполнен", "disk full"],
    "all_of": [],
    "none_of": ["тест"],
}
SEMANTIC_EXAMPLE: Final[dict[str, Any]] = {
    "examples": ["На сервере закончилось место на диске"],
    "threshold": THRESHOLD,
}
Keyword = Annotated[str, Field(min_length=1, max_length=KEYWORD_LENGTH_MAX)]
Example = Annotated[str, Field(min_length=1, max_length=EXAMPLE_LENGTH_MAX)]


class KeywordsBody(BaseModel):
    """Words and phrases, which match in any inflected form in Russian and English."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [KEYWORDS_EXAMPLE]})

    any_of: Sequence[Keyword] = Field(
        default=(),
        max_length=KEYWORDS_MAX,
        description="A text has one of these at least.",
        examples=[KEYWORDS_EXAMPLE["any_of"]],
    )
    all_of: Sequence[Keyword] = Field(
        default=(),
        max_length=KEYWORDS_MAX,
        description="A text has each of these.",
        examples=[[]],
    )
    none_of: Sequence[Keyword] = Field(
        default=(),
        max_length=KEYWORDS_MAX,
        description="A text has none of these.",
        examples=[KEYWORDS_EXAMPLE["none_of"]],
    )

    def to_model(self) -> Keywords:
        """Convert to the model object. Raises InvalidKeywords."""
        return Keywords(tuple(self.any_of), tuple(self.all_of), tuple(self.none_of))

    @classmethod
    def of(cls, keywords: Keywords) -> Self:
        """Build it from the model object."""
        return cls(any_of=keywords.any_of, all_of=keywords.all_of, none_of=keywords.none_of)


class SemanticBody(BaseModel):
    """Texts whose meaning is near to that of an example, in whatever words and language."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [SEMANTIC_EXAMPLE]})

    examples: Sequence[Example] = Field(
        min_length=1,
        max_length=EXAMPLES_MAX,
        description="Texts as they would stand in the chat.",
        examples=[SEMANTIC_EXAMPLE["examples"]],
    )
    threshold: JsonNumber = Field(
        default=THRESHOLD,
        ge=0,
        le=1,
        description="How near a text must be: the cosine of the embeddings. A dry run shows those"
        " of real texts.",
        examples=[THRESHOLD],
    )

    def to_model(self) -> Semantic:
        """Convert to the model object."""
        return Semantic(tuple(self.examples), float(self.threshold))

    @classmethod
    def of(cls, semantic: Semantic) -> Self:
        """Build it from the model object."""
        return cls(examples=semantic.examples, threshold=semantic.threshold)
