"""Request and response schemas of search."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from mara.extraction.model import Place
from mara.kernel.json_types import JsonInt
from mara.search.model import Hit, SearchMode


def _normalized(value: object) -> object:
    # Imported here: most functions that have these schemas receive no such text.
    from mara.kernel.normalization import normalize

    return normalize(value) if isinstance(value, str) else value


NORMALIZED = BeforeValidator(_normalized)
"""Normalizes a text that is searched for, as the texts of files are normalized."""


OTHER_ALERTS = (
    "Names of the other alerts that fire in the text, in their order, at most 20: of several "
    "alerts with different names, the first that fires is taken. Empty for other texts."
)
OtherAlerts = Annotated[Sequence[str], Field(max_length=20)]
ALERT_CHARACTERS_MAX = 100_000
"""Of a question that is an alert: the body of a webhook, as it is."""
WORDS_MAX = 2000
TOO_LONG = (
    "A question in plain words should have at most {words_max} characters, the JSON or the labels"
    " of an alert at most {alert_max}"
)


def in_words_at_most(words_max: int) -> AfterValidator:
    """Return a validator that refuses longer texts, unless they are structured alerts."""

    def check(value: str) -> str:
        if len(value) > words_max and not _is_long_alert(value):
            limits = {"words_max": words_max, "alert_max": ALERT_CHARACTERS_MAX}
            raise PydanticCustomError("string_too_long", TOO_LONG, limits)
        return value

    return AfterValidator(check)


def _is_long_alert(text: str) -> bool:
    # Imported here: most functions that have these schemas receive no question.
    from mara.search.model.alert_text import AlertText

    return len(text) <= ALERT_CHARACTERS_MAX and AlertText.read(text).structured


class PlaceOut(BaseModel):
    """Position of a passage; ``page`` and ``row`` count from 1, the outermost heading is first."""

    page: int | None = Field(
        description="Page of a PDF, from 1; null for other formats.", examples=[3]
    )
    sheet: str | None = Field(
        description="Sheet of a workbook; null for other formats.", examples=[None]
    )
    row: int | None = Field(
        description="Row of a table, from 1; null for other formats.", examples=[None]
    )
    headings: Sequence[str] = Field(
        description="Headings above the passage, the outermost first.", examples=[["Disk is full"]]
    )
    ocr: float | None = Field(
        description="Mean confidence, from 0 to 1, with which the text of the page was recognised"
        " from a picture (OCR); null for text of the file itself.",
        examples=[None],
    )

    @classmethod
    def of(cls, place: Place) -> Self:
        """Build the response from the model object."""
        return cls(
            page=place.page,
            sheet=place.sheet,
            row=place.row,
            headings=place.headings,
            ocr=place.ocr,
        )


class SearchIn(BaseModel):
    """A search of the caller's documents; no ``document_ids`` means all of them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"query": "как перезапустить сервис", "limit": 5}]},
    )

    query: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\x00]*$"),
        NORMALIZED,
        in_words_at_most(WORDS_MAX),
    ] = Field(
        description="What to search for, in Russian or English, in at most 2000 characters. The "
        "JSON or the labels of an alert, such as the body of a webhook of Alertmanager or Grafana, "
        "may have 100000.",
        examples=["как перезапустить сервис"],
        json_schema_extra={"maxLength": ALERT_CHARACTERS_MAX},
    )
    limit: JsonInt = Field(
        default=10, ge=1, le=100, description="Maximum number of hits.", examples=[5]
    )
    document_ids: list[UUID] = Field(
        default=[],
        max_length=1000,
        description="Documents to search; an empty list means all documents of the caller.",
        examples=[[]],
    )
    """Search these alone; empty means all of the caller's documents."""
    mode: SearchMode = Field(
        default=SearchMode.HYBRID,
        description="`lexical` searches by words, `semantic` by meaning, `hybrid` by both.",
    )


class HitOut(BaseModel):
    """A passage that was found."""

    document_id: UUID = Field(description="Id of the document.")
    filename: str = Field(description="Name of the file.", examples=["runbooks.pdf"])
    chunk_id: UUID = Field(description="Id of the passage.")
    text: str = Field(
        description="Text of the passage.", examples=["Удалите архивы журналов старше 14 дней."]
    )
    score: float = Field(
        description="Score by which the hits are ranked; comparable within one search only.",
        examples=[0.83],
    )
    place: PlaceOut = Field(description="Where the passage is in the document.")

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """Build the response from the model object."""
        return cls(
            document_id=hit.chunk.document_id,
            filename=hit.filename,
            chunk_id=hit.chunk.id,
            text=hit.chunk.text,
            score=round(hit.score, 6),
            place=PlaceOut.of(hit.chunk.place),
        )


class HitsOut(BaseModel):
    """In order of rank."""

    items: Sequence[HitOut] = Field(description="The hits, the best first.")
    other_alerts: OtherAlerts = Field(description=OTHER_ALERTS, examples=[["KubePodNotReady"]])

    @classmethod
    def of(cls, hits: Sequence[Hit], other_alerts: Sequence[str] = ()) -> Self:
        """Build the response from the hits and the names of the alerts that were not searched."""
        return cls(items=[HitOut.of(hit) for hit in hits], other_alerts=other_alerts)
