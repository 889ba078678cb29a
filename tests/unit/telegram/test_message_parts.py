"""Long texts in parts: whole, in order, and each within Telegram's limits."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mara.telegram.model.formatted_text import FormattedText, Span, TextFormat
from mara.telegram.model.message_parts import ENTITIES_MAX, UNITS_MAX, parts_of

FORMATS = st.sampled_from([None, TextFormat.BOLD, TextFormat.CODE, TextFormat.PRE])
# Of every kind that alerts have: Russian, emoji with joiners, marks, markup, and invisible ones.
WORDS = [
    "диск ",
    "full\n",
    "\n\n",
    "👩‍🚒",
    "e\u0301",
    "<b>",
    "_",
    "*",
    "\x00",
    "\ud800",
    "\u200b",
    " ",
]
PIECES = st.sampled_from([*WORDS, "x" * 30])
SPANS = st.builds(Span, st.lists(PIECES, max_size=20).map("".join), FORMATS)
TEXTS = st.lists(SPANS, max_size=30).map(lambda spans: FormattedText.of(*spans))


def visible(text: str) -> str:
    """The characters that are no whitespace and not invisible."""
    return re.sub(r"[\s\u200b]", "", text)


@given(TEXTS, st.integers(8, 60), st.integers(8, 60))
@example(FormattedText.of("\u200b" * 9), 8, 8)
def test_parts_are_whole_in_order_and_within_the_limits(
    text: FormattedText, first_max: int, units_max: int
) -> None:
    parts = parts_of(text, first_max=first_max, units_max=units_max)
    assert visible("".join(part.text for part in parts)) == visible(text.text)
    for number, part in enumerate(parts):
        assert 0 < part.units <= (units_max if number else first_max)
        assert part == part.stripped()
        assert len(part.entities) <= ENTITIES_MAX


@given(TEXTS, st.integers(30, 200))
@example(FormattedText.of(Span("диск 👩", TextFormat.BOLD), "x" * 30), 30)
@example(FormattedText.of(Span("ab", TextFormat.CODE), "\u0301" * 40), 30)
def test_an_entity_that_fits_is_never_divided(text: FormattedText, units_max: int) -> None:
    parts = parts_of(text, first_max=units_max, units_max=units_max)
    arrived = [visible(span.text) for part in parts for span in part.spans if span.format]
    for span in text.spans:
        if span.format and visible(span.text) and FormattedText.of(span).units <= units_max:
            assert visible(span.text) in arrived


def test_a_text_that_fits_is_one_part() -> None:
    assert parts_of(FormattedText.of(" a\n\nb ")) == [FormattedText.of("a\n\nb")]
    assert parts_of(FormattedText()) == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("one two\n\nthree four five", "one two"),
        ("one two\nthree four five", "one two"),
        ("one two three four", "one two three"),
        ("onetwothreefour", "onetwothreefou"),
        ("a\n\ntwo three four five", "a\n\ntwo three"),
    ],
)
def test_is_cut_between_paragraphs_else_lines_else_words(text: str, first: str) -> None:
    assert parts_of(FormattedText.of(text), first_max=14, units_max=14)[0].text == first


def test_is_cut_before_an_entity_that_does_not_fit_any_more() -> None:
    text = FormattedText.of("run:", Span("systemctl restart", TextFormat.CODE))
    assert [part.text for part in parts_of(text, first_max=17, units_max=17)] == [
        "run:",
        "systemctl restart",
    ]


def test_a_code_block_longer_than_a_message_goes_on_as_code() -> None:
    block = Span("\n".join(f"line {number}" for number in range(1000)), TextFormat.PRE)
    parts = parts_of(FormattedText.of("Log:\n", block))
    assert len(parts) == 3
    assert all(part.spans[-1].format is TextFormat.PRE for part in parts)
    assert all(part.text.splitlines()[-1].startswith("line ") for part in parts)


def test_no_character_is_divided() -> None:
    text = FormattedText.of("👩‍🚒" * 10)
    for part in parts_of(text, first_max=12, units_max=12):
        assert part.text.strip("👩‍🚒") == ""
        assert part.text[0] == "👩"


def test_has_at_most_a_hundred_entities() -> None:
    spans = [part for number in range(250) for part in (Span(f"v{number}", TextFormat.CODE), ", ")]
    parts = parts_of(FormattedText.of(*spans))
    assert [len(part.entities) for part in parts] == [100, 100, 50]
    assert max(part.units for part in parts) <= UNITS_MAX


def test_needs_room_for_a_character() -> None:
    with pytest.raises(ValueError, match="room"):
        parts_of(FormattedText.of("a"), units_max=1)
