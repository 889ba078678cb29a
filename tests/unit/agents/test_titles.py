"""Titles of conversations."""

import pytest

from mara.agents.model.titles import ELLIPSIS, TITLE_MAX, title_of


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Диск заполнен?", "Диск заполнен?"),
        ("  Two\n\tlines  ", "Two lines"),
        ("a" * 80, "a" * 80),
    ],
)
def test_a_short_question_is_the_title_on_one_line(question: str, title: str) -> None:
    assert title_of(question) == title


def test_a_long_question_is_cut_at_a_word() -> None:
    title = title_of("What is to be done, " * 10)
    assert (
        title
        == "What is to be done, What is to be done, What is to be done, What is to be done"
        + (ELLIPSIS)
    )
    assert len(title) <= TITLE_MAX


@pytest.mark.parametrize("length", [81, 200, 4000])
def test_one_long_word_is_cut_within(length: int) -> None:
    assert title_of("ы" * length) == "ы" * (TITLE_MAX - 1) + ELLIPSIS
