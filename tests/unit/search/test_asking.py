"""Whether a text asks for a fact."""

import pytest

from mara.search.model.asking import asks_for_fact


@pytest.mark.parametrize(
    "text",
    [
        "Who is the director of Acme?",
        "who is the director of Acme",
        "Hello! When does the office open?",
        "Кто директор",
        "Подскажите, пожалуйста, во сколько открывается офис",
        "The office is closed.\nWhen does it open?",
    ],
)
def test_a_question_does(text: str) -> None:
    assert asks_for_fact(text)


@pytest.mark.parametrize(
    "text",
    [
        "DiskAlmostFull: 91 % of the disk of web-3 is used.",
        "[FIRING:1] KubeAPIDown (prod)",
        "The disk is full. What should I do?",
        "Что делать, если диск заполнен?",
        "",
    ],
)
def test_an_alert_and_a_question_what_to_do_do_not(text: str) -> None:
    assert not asks_for_fact(text)
