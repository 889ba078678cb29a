"""Questions that ask several things at once."""

import pytest

from mara.agents.model.question_parts import best_of_each_part, parts_of
from tests.support.agents import a_hit


@pytest.mark.parametrize(
    "question",
    [
        "За сколько дней подать заявление и где оформить новый пропуск?",
        "Сколько длится отпуск? В каком кабинете оформить пропуск?",
        "How long is the leave and where do I get a badge?",
        "Restart the pump; call the foreman",
    ],
)
def test_has_two_parts(question: str) -> None:
    assert len(parts_of(question)) == 2


@pytest.mark.parametrize(
    "question",
    ["Где хранятся ёлка и йод?", "What is the warranty for pumps and valves?", "Пропуск"],
)
def test_asks_one_thing(question: str) -> None:
    assert len(parts_of(question)) <= 1


def test_finds_a_hit_for_the_part_that_the_first_one_does_not_answer() -> None:
    leave, pump = a_hit("The leave is 28 days long."), a_hit("The pump is in hall 3.")
    badge = a_hit("You get a badge in room 214.")
    question = "How long is the leave and where do I get a badge?"
    assert best_of_each_part([leave, pump, badge], question) == [badge]
    assert best_of_each_part([leave, pump], question) == []
    assert best_of_each_part([leave, badge], "How long is the leave?") == []


def test_finds_nothing_where_search_found_nothing() -> None:
    assert best_of_each_part([], "How long is the leave and where do I get a badge?") == []
