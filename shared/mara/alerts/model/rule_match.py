"""What a rule makes of a text: whether it fires, and why."""

from dataclasses import dataclass
from typing import Final

from mara.alerts.model.keywords import KeywordMatch

MATCH_SHOWN_MAX: Final = 200
"""Characters of what a pattern has found."""


@dataclass(frozen=True, slots=True)
class PatternMatch:
    """What a pattern has found in a text, None if nothing; ``read_as`` if it was translated."""

    found: str | None
    read_as: str | None


@dataclass(frozen=True, slots=True)
class SemanticMatch:
    """The example that is nearest to a text, and its cosine."""

    score: float
    example: str
    fires: bool


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """What each condition says; None for those that the rule does not have or were not asked."""

    keywords: KeywordMatch | None = None
    pattern: PatternMatch | None = None
    semantic: SemanticMatch | None = None

    @property
    def fires(self) -> bool:
        """Whether each condition holds that was asked."""
        return (
            (self.keywords is None or self.keywords.fires)
            and (self.pattern is None or self.pattern.found is not None)
            and (self.semantic is None or self.semantic.fires)
        )
