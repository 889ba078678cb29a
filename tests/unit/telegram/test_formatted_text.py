"""Formatted text, in the code units that Telegram counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.telegram.model.formatted_text import (
    FormattedText,
    MessageEntity,
    Span,
    TextFormat,
    clean,
    units_of,
)

HEADING = Span("Диск 💾", TextFormat.BOLD)
LINK = Span("runbook", TextFormat.TEXT_LINK, "https://example.com/r")


def test_entities_are_counted_in_utf_16_units() -> None:
    text = FormattedText.of("💥 ", HEADING, "\n", Span("df -h", TextFormat.CODE))
    assert text.entities == (
        MessageEntity(TextFormat.BOLD, 3, 7),
        MessageEntity(TextFormat.CODE, 11, 5),
    )
    assert text.units == len(text.text.encode("utf-16-le")) // 2


def test_a_link_has_its_address() -> None:
    assert FormattedText.of(LINK).entities == (
        MessageEntity(TextFormat.TEXT_LINK, 0, 7, "https://example.com/r"),
    )
    for wrong in ({"format": TextFormat.TEXT_LINK}, {"url": "https://example.com"}):
        with pytest.raises(ValueError, match="address"):
            Span("runbook", **wrong)


def test_neighbours_in_one_format_are_one_entity() -> None:
    text = FormattedText.of(Span("a", TextFormat.CODE)) + FormattedText.of(
        Span("b", TextFormat.CODE), "c"
    )
    assert text.entities == (MessageEntity(TextFormat.CODE, 0, 2),)
    assert FormattedText.of("a", "", "b").spans == (Span("ab"),)


def test_a_cut_keeps_the_formats() -> None:
    text = FormattedText.of("a ", HEADING, " ").cut(1, 6)
    assert text == FormattedText.of(" ", Span("Диск", TextFormat.BOLD))


def test_is_stripped_as_telegram_strips_it() -> None:
    text = FormattedText.of(" \n", Span(" a b\t", TextFormat.CODE), "\n")
    assert text.stripped() == FormattedText.of(Span("a b", TextFormat.CODE))
    assert FormattedText.of(" \n ").stripped() == FormattedText()


@pytest.mark.parametrize(
    ("given_text", "cleaned"),
    [
        ("a\x00b\ud800c", "a\ufffdb\ufffdc"),
        ("a\r\nb", "a\nb"),
        ("a\x07b\x1fc\td", "a b c\td"),
        ("\u202egpj.exe", "gpj.exe"),
        ("ёлка 🎄", "ёлка 🎄"),
    ],
)
def test_is_cleaned_as_telegram_cleans_it(given_text: str, cleaned: str) -> None:
    assert clean(given_text) == cleaned


@given(st.text(alphabet=st.characters()))
def test_a_cleaned_text_can_be_stored_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert "\x00" not in cleaned
    assert units_of(cleaned) == len(cleaned.encode("utf-16-le")) // 2
    assert clean(cleaned) == cleaned
