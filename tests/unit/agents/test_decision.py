"""Whether a question is answered: the first retrieval that is, and what ends the search."""

import math
from dataclasses import replace

from mara.agents.model.confidence import ANSWER_AT, confidence_of
from mara.agents.service.decision import Decision, decide
from mara.agents.service.retrieval import Retrieval
from mara.search.model import Evidence
from tests.support.agents import a_hit

HIT = a_hit("Restart the daemon")
NOTHING = Evidence()
FULL = Evidence(ranking=5.0, coverage=1.0)


def retrieval(text: str, evidence: Evidence | None = None) -> Retrieval:
    return Retrieval(text, (HIT,), evidence, HIT if evidence else None)


class Searches:
    """Retrievals that remember which of them were consumed."""

    def __init__(self, *evidence: Evidence) -> None:
        self.asked: list[int] = []
        self._evidence = evidence

    def __iter__(self):  # type: ignore[no-untyped-def]
        for number, evidence in enumerate(self._evidence):
            self.asked.append(number)
            yield retrieval(str(number), evidence)


class TestDecide:
    def test_answers_at_the_threshold(self) -> None:
        assert Decision("q", (), ANSWER_AT).is_answerable
        assert not Decision("q", (), math.nextafter(ANSWER_AT, 0)).is_answerable

    def test_takes_the_first_that_is_answerable_and_asks_for_no_other(self) -> None:
        searches = Searches(NOTHING, FULL, FULL)
        found = decide(searches)
        assert (found.searched, searches.asked) == ("1", [0, 1])
        assert found.confidence == confidence_of(FULL, "1", HIT.chunk.text)

    def test_takes_the_most_confident_where_none_is(self) -> None:
        better = replace(NOTHING, coverage=0.5)
        found = decide([retrieval("poor", NOTHING), retrieval("better", better), retrieval("none")])
        assert (found.searched, found.is_answerable) == ("better", False)

    def test_of_a_name_or_a_number_is_final_whatever_was_asked_before(self) -> None:
        """Else the question before it, which a follow-up is searched with, would answer it."""
        for refused in (Evidence(of_another=True), Evidence(absent=("INV-7",))):
            searches = Searches(refused, FULL)
            found = decide(searches)
            assert (found.is_answerable, searches.asked) == (False, [0])
            assert (found.absent, found.related) == (refused.absent, (HIT,))

    def test_names_what_was_searched_where_nothing_was_found(self) -> None:
        found = decide([retrieval("the question")])
        assert (found.searched, found.confidence, found.is_answerable, found.related) == (
            "the question",
            0.0,
            False,
            (),
        )
        assert decide([]) == Decision("", (), 0.0)
