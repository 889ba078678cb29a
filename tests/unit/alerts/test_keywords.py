"""Keywords of rules: any form of a word, phrases as a whole, and what must not occur."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.alerts.errors import InvalidKeywords
from mara.alerts.model.keywords import KEYWORDS_MAX, Keywords


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("ошибка", "Много ошибок на платеже"),
        ("диск заполнен", "Диски заполнены на 91 %"),
        ("replica lag", "Replicas lag behind"),
        ("disk full", "[FIRING:1] DiskFull prod-eu"),
        ("DiskFull", "the disk is gone; disk full"),
        ("ёлка", "елки"),
        ("503", "HTTP 503 from checkout"),
        ("payments-api", "pod payments-api-7c9d8 restarted"),
    ],
)
def test_occur_in_any_form(keyword: str, text: str) -> None:
    assert Keywords(any_of=(keyword,)).match(text).fires


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("ошибка", "ошибки ошибке ошибку ошибкой ошибок ошибкам ошибками ошибках"),
        ("попытка", "попытки попыток попытками"),
        ("сборка", "сборки сборок сборкам"),
        ("строка", "строки строк строками"),
        ("ячейка", "ячейки ячеек ячейками"),
        ("задержка", "задержки задержек задержкой"),
        ("очередь", "очереди очередей очередями"),
        ("кусок", "куска куски кусков"),
        ("запрос", "запросы запросов запросами"),
        ("служба", "службы служб службами"),
        ("alert", "alerts alerting alerted"),
        ("retry", "retries retrying retried"),
    ],
)
def test_match_every_inflected_form(word: str, forms: str) -> None:
    """And the other way: a keyword in any form finds the word."""
    for form in forms.split():
        assert Keywords(any_of=(word,)).match(f"x {form} y").fires
        assert Keywords(any_of=(form,)).match(f"x {word} y").fires


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("ошибка", "Всё хорошо"),
        ("диск заполнен", "Заполнен журнал, диск цел"),
        ("disk full", "full disk"),
        ("disk full", "disk is nearly full"),
        ("503", "1503 requests"),
        ("cat", "category"),
        ("срок", "сорок"),
        ("ошибка", ""),
    ],
)
def test_do_not_occur_by_chance(keyword: str, text: str) -> None:
    assert not Keywords(any_of=(keyword,)).match(text).fires


def test_say_why_a_rule_fires_or_not() -> None:
    keywords = Keywords(any_of=("disk", "диск"), all_of=("prod",), none_of=("test",))
    fires = keywords.match("Диск на prod")
    assert (fires.fires, fires.found, fires.missing) == (True, ("диск", "prod"), ())
    lacks = keywords.match("Диск на stage")
    assert (lacks.fires, lacks.missing) == (False, ("prod",))
    assert keywords.match("prod").missing == ("disk", "диск")
    forbidden = keywords.match("Диск на prod, test")
    assert (forbidden.fires, forbidden.forbidden) == (False, ("test",))


@given(st.lists(st.sampled_from(["disk", "full", "диск", "на", "prod", "91", "the"]), min_size=1))
def test_a_text_contains_each_phrase_of_its_own(parts: list[str]) -> None:
    text = " ".join(parts)
    for start in range(len(parts)):
        phrase = " ".join(parts[start : start + 3])
        try:
            keywords = Keywords(all_of=(phrase,))
            keywords.check_words()
        except InvalidKeywords:
            assert set(parts[start : start + 3]) <= {"на", "the"}
            continue
        assert keywords.match(text).fires
        assert not Keywords(any_of=("disk", "на 91"), none_of=(phrase,)).match(text).fires


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"none_of": ("disk",)},
        {"any_of": ("",)},
        {"any_of": ("the",)},
        {"any_of": ("?!",)},
        {"any_of": ("x" * 101,)},
        {"any_of": ("disk",) * (KEYWORDS_MAX + 1)},
    ],
)
def test_that_make_no_sense_are_refused(wrong: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(InvalidKeywords):
        Keywords(**wrong).check_words()
