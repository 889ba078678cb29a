"""Conversion of formatted texts and buttons to and from the values of JSON columns."""

from collections.abc import Sequence
from typing import Any

from mara.platform.schema import dump_json
from mara.telegram.model.formatted_text import FormattedText, Span, TextFormat
from mara.telegram.model.outgoing import Button


def dump_parts(parts: Sequence[FormattedText]) -> str:
    """Return the JSON of texts: each is a list of spans of text, format and address."""
    spans = [[[one.text, one.format, one.url] for one in part.spans] for part in parts]
    return dump_json(spans)


def load_parts(stored: Sequence[Sequence[Sequence[Any]]]) -> tuple[FormattedText, ...]:
    """Return texts."""
    return tuple(FormattedText(tuple(_span(*span) for span in part)) for part in stored)


def dump_buttons(rows: Sequence[Sequence[Button]]) -> str:
    """Return the JSON of rows of buttons."""
    return dump_json([[[one.text, one.data, one.url] for one in row] for row in rows])


def load_buttons(stored: Sequence[Sequence[Sequence[Any]]]) -> tuple[tuple[Button, ...], ...]:
    """Return rows of buttons."""
    return tuple(tuple(Button(*button) for button in row) for row in stored)


def _span(text: str, kind: str | None, url: str | None) -> Span:
    return Span(text, TextFormat(kind) if kind else None, url)
