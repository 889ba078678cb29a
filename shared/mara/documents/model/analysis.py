"""The analysis of a document: summary, key points, and the entities that occur in it."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

MODEL_WITHIN = timedelta(seconds=120)
"""The time of the language model for all parts; after it, sentences of the document are used."""
DEADLINE = timedelta(minutes=10)
"""An analysis that is not finished this long after its request counts as failed."""

SUMMARY_SENTENCES = 5
KEY_POINTS_MAX = 7
ENTITIES_MAX = 30
SENTENCE_CHARACTERS_MIN, SENTENCE_CHARACTERS_MAX = 30, 400
ALIKE = 0.85
"""A sentence with at least this cosine similarity to a selected one counts as a repetition."""

KINDS = {
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "url": r"https?://[^\s<>\"')\]]+",
    "date": r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b",
    "amount": r"[$€₽]\s?\d[\d.,]*\d|\b\d[\d.,]*\s?(?:USDT|USD|EUR|RUB|руб\w*|долл\w*|€|₽|\$|%)",
    "identifier": r"\b(?:[a-z]+(?:[A-Z][a-z0-9]+)+|(?:[A-Z][a-z0-9]+){2,}|\w+_\w+)\b",
    "name": r"(?<=[\w,;:»)] )[A-ZА-ЯЁ][a-zа-яё]+(?: [A-ZА-ЯЁ][a-zа-яё]+)*",
}
ENTITY = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items()))


class AnalysisState(StrEnum):
    """The lifecycle of an analysis."""

    QUEUED = "queued"
    READY = "ready"
    FAILED = "failed"


class Method(StrEnum):
    """How the summary was made."""

    MODEL = "model"
    """A language model wrote the summary and the key points."""
    EXTRACTIVE = "extractive"
    """They are the most central sentences of the document: no language model was available."""


@dataclass(frozen=True, slots=True)
class Entity:
    """``text`` occurs verbatim in the document, ``count`` times; ``kind`` is a key of KINDS."""

    text: str
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """The result of an analysis; ``language`` is an ISO 639-1 code, ``None`` if unknown."""

    summary: str
    key_points: Sequence[str]
    entities: Sequence[Entity]
    language: str | None
    method: Method


@dataclass(frozen=True, slots=True)
class Analysis:
    """A requested analysis; ``result`` and ``finished_at`` are set when the state is ``ready``."""

    document_id: UUID
    owner_id: UUID
    state: AnalysisState
    requested_at: datetime
    result: AnalysisResult | None = None
    finished_at: datetime | None = None

    def at(self, moment: datetime) -> AnalysisState:
        """Return the state at a moment: ``failed`` if the request is still open after DEADLINE."""
        if self.state is AnalysisState.QUEUED and moment - self.requested_at > DEADLINE:
            return AnalysisState.FAILED
        return self.state


def entities_in(texts: Iterable[str]) -> list[Entity]:
    """Return at most ENTITIES_MAX verbatim matches of the patterns, the most frequent first."""
    counted = Counter(
        (match.group().strip(), str(match.lastgroup))
        for text in texts
        for match in ENTITY.finditer(text)
    )
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [Entity(text, kind, count) for (text, kind), count in ranked[:ENTITIES_MAX]]


def is_a_statement(sentence: str) -> bool:
    """Whether the text is a sentence by its length, and consists mostly of letters.

    This excludes headings, fragments and rows of tables.
    """
    return SENTENCE_CHARACTERS_MIN <= len(sentence) <= SENTENCE_CHARACTERS_MAX and sum(
        character.isalpha() for character in sentence
    ) * 2 > len(sentence)


def most_central(vectors: Sequence[Sequence[float]], wanted: int) -> list[int]:
    """Return at most ``wanted`` rows nearest to the mean of all, without repetitions, in order.

    ``vectors`` are unit vectors, ``(n, dimensions)``. This is centroid-based extraction (Radev et
    al., "Centroid-based summarization of multiple documents", 2004) over sentence embeddings
    instead of word weights.
    """
    if not vectors:
        return []
    mean = [sum(column) / len(vectors) for column in zip(*vectors, strict=True)]
    by_nearness = sorted(range(len(vectors)), key=lambda row: -_dot(vectors[row], mean))
    taken: list[int] = []
    for row in by_nearness:
        if all(_dot(vectors[row], vectors[other]) < ALIKE for other in taken):
            taken.append(row)
        if len(taken) == wanted:
            break
    return sorted(taken)


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))
