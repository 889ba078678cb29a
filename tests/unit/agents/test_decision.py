"""Whether a question is answered: the confidence of its evidence, and the threshold."""

import math
from dataclasses import fields, replace

import pytest

from mara.agents.model.confidence import ANSWER_AT, confidence_of
from mara.agents.service.decision import Decision, decide
from mara.agents.service.retrieval import Retrieval
from mara.search.model import Evidence

NOTHING = Evidence(**{field.name: 0.0 for field in fields(Evidence)})
ENGLISH, RUSSIAN = "Restart the daemon", "Перезапустите службу"
FULL = replace(NOTHING, sentence_similarity=1.0, sentence_coverage=1.0, passage_coverage=1.0)


def log_odds(evidence: Evidence, question: str = ENGLISH, passage: str = ENGLISH) -> float:
    confidence = confidence_of([evidence], question, passage)
    return math.log(confidence / (1 - confidence))


class TestLogOdds:
    """The curves are fitted: their coefficients are data, which no other test holds."""

    @pytest.mark.parametrize(
        ("sign", "weight"),
        [
            ("bigram_coverage", 1.71),
            ("name_coverage", 1.04),
            ("sentence_similarity", 7.10),
            ("sentence_coverage", 3.21),
            ("passage_coverage", 6.20),
            ("semantic_coverage", 0.0),
            ("cosine", 0.0),
        ],
    )
    def test_grow_by_the_weight_of_each_sign(self, sign: str, weight: float) -> None:
        grown = log_odds(replace(NOTHING, **{sign: 0.5})) - log_odds(NOTHING)
        assert grown == pytest.approx(weight / 2)

    def test_begin_higher_for_russian(self) -> None:
        assert log_odds(NOTHING) == pytest.approx(-9.28)
        assert log_odds(NOTHING, RUSSIAN, RUSSIAN) == pytest.approx(-8.87)

    @pytest.mark.parametrize(("question", "passage"), [(ENGLISH, RUSSIAN), (RUSSIAN, ENGLISH)])
    def test_follow_the_meaning_across_languages(self, question: str, passage: str) -> None:
        assert log_odds(NOTHING, question, passage) == pytest.approx(-4.26)
        for sign, weight in (("semantic_coverage", 7.13), ("cosine", 4.05)):
            found = log_odds(replace(NOTHING, **{sign: 0.5}), question, passage)
            assert found == pytest.approx(-4.26 + weight / 2)

    def test_are_those_of_the_better_curve_across_languages(self) -> None:
        assert log_odds(FULL, ENGLISH, RUSSIAN) == pytest.approx(log_odds(FULL, ENGLISH, ENGLISH))


def retrieval(text: str, *evidence: Evidence) -> Retrieval:
    return Retrieval(text=text, passages=(), evidence=evidence, best=ENGLISH)


class TestDecide:
    def test_answers_at_the_threshold(self) -> None:
        assert Decision("q", (), ANSWER_AT).is_answerable
        assert not Decision("q", (), math.nextafter(ANSWER_AT, 0)).is_answerable
        assert ANSWER_AT == 0.5

    def test_takes_the_first_that_is_answerable_and_asks_for_no_other(self) -> None:
        asked = []

        def searches() -> object:
            for text, evidence in (("poor", NOTHING), ("good", FULL), ("unasked", FULL)):
                asked.append(text)
                yield retrieval(text, evidence)

        found = decide(searches())  # type: ignore[arg-type]
        assert (found.searched, asked) == ("good", ["poor", "good"])
        assert found.confidence == confidence_of([FULL], "good", ENGLISH)

    def test_takes_the_most_confident_where_none_is(self) -> None:
        better = replace(NOTHING, sentence_coverage=0.5)
        found = decide([retrieval("poor", NOTHING), retrieval("better", better), retrieval("none")])
        assert (found.searched, found.is_answerable) == ("better", False)

    def test_names_what_was_searched_where_nothing_was_found(self) -> None:
        found = decide([retrieval("the question")])
        assert (found.searched, found.confidence, found.is_answerable) == (
            "the question",
            0.0,
            False,
        )
        assert decide([]) == Decision("", (), 0.0)
