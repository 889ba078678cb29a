"""Titles that a question names, with and without the number of their section."""

import pytest

from mara.search.model import Candidate, RankedCandidate
from mara.search.model.naming import is_of_another, names_of
from mara.search.service.naming import split_named
from tests.support.agents import a_hit


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("3.2 KubeAPIDown", "KubeAPIDown"),
        ("3. KubeAPIDown", "KubeAPIDown"),
        ("IV. Network policy", "Network policy"),
        ("Chapter 7. Evacuation of the staff", "Evacuation of the staff"),
        ("Глава IV. Порядок приёма", "Порядок приёма"),
        ("Раздел 2 Порядок приёма", "Порядок приёма"),
        ("§ 7 Порядок приёма", "Порядок приёма"),
    ],
)
def test_a_numbered_title_has_a_name_without_the_number_too(title: str, name: str) -> None:
    assert names_of(title) == (title, name)


@pytest.mark.parametrize("title", ["KubeAPIDown", "2024", "3.2", "Mix of colours", "5xx errors"])
def test_a_title_without_a_number_is_its_only_name(title: str) -> None:
    assert names_of(title) == (title,)


def test_a_number_does_not_hide_that_a_section_is_of_another_identifier() -> None:
    assert is_of_another("KubeAPIDown", ["Runbooks", "3.2 KubeSchedulerDown"])
    assert not is_of_another("KubeAPIDown", ["Runbooks", "3.2 KubeAPIDown"])


def test_a_section_is_found_by_its_name_without_the_number() -> None:
    wanted, other = (
        a_ranked_candidate("3.2 KubeAPIDown", 1.0),
        a_ranked_candidate("3.3 KubeSchedulerDown", 9.0),
    )
    question = "KubeAPIDown fires, what now?"
    assert split_named(question, "KubeAPIDown", [other, wanted]) == ([wanted], [other])


def a_ranked_candidate(heading: str, score: float) -> RankedCandidate:
    hit = a_hit("Restart it.", headings=("Runbooks", heading))
    return RankedCandidate(Candidate(hit.chunk, hit.filename, 1.0, 0.5, 0.5), score)
