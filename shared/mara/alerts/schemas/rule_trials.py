"""Requests and responses: dry runs of a rule."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from mara.alerts.model.keywords import KeywordMatch
from mara.alerts.model.rule_kinds import ContentKind, RuleSender
from mara.alerts.model.rule_match import PatternMatch, RuleMatch, SemanticMatch
from mara.alerts.model.rule_trial import Trial, TrialHit

TEXT_MAX = 4096
TEXT = "Диск на db-3 заполнен на 97 %"


class TrialIn(BaseModel):
    """What the rule is tried on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": TEXT}]})

    text: str | None = Field(
        default=None,
        min_length=1,
        max_length=TEXT_MAX,
        description="A text; null tries what the chats of the rule said in the last 7 days, as far"
        " as their texts are kept.",
        examples=[TEXT],
    )


class KeywordMatchOut(BaseModel):
    """What the keywords make of a text."""

    holds: bool = Field(description="Whether the condition holds.", examples=[True])
    found: Sequence[str] = Field(
        description="Keywords that the text has.", examples=[["диск заполнен"]]
    )
    missing: Sequence[str] = Field(description="Keywords that it lacks.", examples=[[]])
    forbidden: Sequence[str] = Field(
        description="Keywords of `none_of` that it has.", examples=[[]]
    )

    @classmethod
    def of(cls, match: KeywordMatch) -> Self:
        """Build the response from the model object."""
        return cls(
            holds=match.fires, found=match.found, missing=match.missing, forbidden=match.forbidden
        )


class PatternMatchOut(BaseModel):
    """What the regular expression makes of a text."""

    holds: bool = Field(description="Whether the condition holds.", examples=[True])
    found: str | None = Field(
        description="What it has found first, at most 200 characters; null if nothing.",
        examples=["97 %"],
    )
    read_as: str | None = Field(
        description="How RE2 read the expression; null if as it stands.", examples=[None]
    )

    @classmethod
    def of(cls, match: PatternMatch) -> Self:
        """Build the response from the model object."""
        return cls(holds=match.found is not None, found=match.found, read_as=match.read_as)


class SemanticMatchOut(BaseModel):
    """What the examples make of a text."""

    holds: bool = Field(description="Whether the condition holds.", examples=[True])
    score: float = Field(ge=-1, le=1, description="Cosine of the nearest example.", examples=[0.71])
    example: str = Field(
        description="The nearest example.", examples=["На сервере закончилось место на диске"]
    )

    @classmethod
    def of(cls, match: SemanticMatch) -> Self:
        """Build the response from the model object."""
        return cls(holds=match.fires, score=round(match.score, 4), example=match.example)


class RuleMatchOut(BaseModel):
    """Whether the rule fires on a text, and why."""

    fires: bool = Field(description="Whether each condition holds.", examples=[True])
    keywords: KeywordMatchOut | None = Field(description="Null where the rule has no keywords.")
    regex: PatternMatchOut | None = Field(
        description="Null where the rule has no regular expression.", examples=[None]
    )
    semantic: SemanticMatchOut | None = Field(
        description="Null where the rule has no examples.", examples=[None]
    )

    @classmethod
    def of(cls, match: RuleMatch) -> Self:
        """Build the response from the model object."""
        words, pattern, meaning = match.keywords, match.pattern, match.semantic
        return cls(
            fires=match.fires,
            keywords=KeywordMatchOut.of(words) if words else None,
            regex=PatternMatchOut.of(pattern) if pattern else None,
            semantic=SemanticMatchOut.of(meaning) if meaning else None,
        )


class TrialHitOut(BaseModel):
    """A message that the rule would fire on."""

    chat_id: int = Field(description="Id of its chat.", examples=[-1001234567890])
    message_id: int = Field(description="Id of the message.", examples=[42])
    thread_id: int | None = Field(
        description="Id of its topic; null outside of topics.", examples=[None]
    )
    kinds: Sequence[ContentKind] = Field(description="What it is.", examples=[["text"]])
    sender: RuleSender = Field(description="Who wrote it.", examples=["people"])
    received_at: datetime = Field(description="When it came.")
    text: str = Field(description="What it says.", examples=[TEXT])
    match: RuleMatchOut = Field(description="Why the rule fires on it.")

    @classmethod
    def of(cls, hit: TrialHit) -> Self:
        """Build the response from the model object."""
        kept = hit.kept
        return cls(
            chat_id=kept.chat_id,
            message_id=kept.message_id,
            thread_id=kept.thread_id,
            kinds=[kind for kind in ContentKind if kind in kept.kinds],
            sender=kept.sender,
            received_at=kept.received_at,
            text=hit.text,
            match=RuleMatchOut.of(hit.match),
        )


class TrialOut(BaseModel):
    """What a dry run found; nothing was posted, stored or charged."""

    match: RuleMatchOut | None = Field(
        description="What the rule makes of the text; null if none was given."
    )
    kept: int = Field(
        description="Number of messages of the last 7 days whose texts are kept.", examples=[0]
    )
    looked_at: int = Field(
        description="Number of them that were tried: the newest 2000, as far as 20 s suffice.",
        examples=[0],
    )
    fired: int = Field(description="Number of those that the rule fires on.", examples=[0])
    hits: Sequence[TrialHitOut] = Field(
        description="The first 100 of these, the newest first.", examples=[[]]
    )

    @classmethod
    def of_text(cls, match: RuleMatch) -> Self:
        """Build the response about a text."""
        return cls(match=RuleMatchOut.of(match), kept=0, looked_at=0, fired=0, hits=[])

    @classmethod
    def of_chats(cls, trial: Trial) -> Self:
        """Build the response about the chats of the rule."""
        return cls(
            match=None,
            kept=trial.kept,
            looked_at=trial.looked_at,
            fired=trial.fired,
            hits=[TrialHitOut.of(hit) for hit in trial.hits],
        )
