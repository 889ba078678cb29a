"""How sure an answer is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.agents.model.confidence import ANSWER_AT, confidence_of
from mara.agents.model.language import is_russian
from mara.search.model import Evidence

ENGLISH, RUSSIAN = "Restart the daemon", "Перезапустите службу"
STRONG = Evidence(ranking=4.0, coverage=1.0, title=1.0)
share = st.floats(min_value=0, max_value=1)
contents = st.builds(
    Evidence,
    ranking=st.floats(-5, 10),
    coverage=share,
    title=share,
)
FEATURES = ("ranking", "coverage", "title")


class TestConfidenceOf:
    def test_is_nothing_without_evidence(self) -> None:
        assert confidence_of(None, "anything", "text") == 0.0

    @pytest.mark.parametrize("passage", [ENGLISH, RUSSIAN])
    @pytest.mark.parametrize("question", [ENGLISH, RUSSIAN])
    def test_is_high_for_strong_evidence_and_low_for_none(
        self, question: str, passage: str
    ) -> None:
        assert confidence_of(STRONG, question, passage) > 0.8
        assert confidence_of(Evidence(), question, passage) < 0.1

    @given(contents)
    def test_is_high_for_what_is_named_whatever_else_is_there(self, evidence: Evidence) -> None:
        assert confidence_of(replace(evidence, named=True), ENGLISH, RUSSIAN) > 0.9

    @given(contents, st.booleans())
    def test_is_low_for_another_name_or_an_absent_number_whatever_else_is_there(
        self, evidence: Evidence, named: bool
    ) -> None:
        for refused in (
            replace(evidence, of_another=True),
            replace(evidence, absent=("INV-7",), named=named, exact=True),
        ):
            assert confidence_of(refused, ENGLISH, ENGLISH) < 0.1

    @given(contents, share)
    def test_grows_with_each_feature_and_stays_a_share(
        self, evidence: Evidence, more: float
    ) -> None:
        for question, passage in ((ENGLISH, ENGLISH), (RUSSIAN, ENGLISH)):
            base = confidence_of(evidence, question, passage)
            for feature in FEATURES:
                fuller = replace(evidence, **{feature: getattr(evidence, feature) + more})
                assert 0 <= base <= confidence_of(fuller, question, passage) <= 1

    def test_is_high_where_the_codes_asked_for_are_there(self) -> None:
        assert confidence_of(Evidence(exact=True), ENGLISH, ENGLISH) >= ANSWER_AT

    @given(contents)
    def test_of_an_identifier_does_not_depend_on_the_language_around_it(
        self, evidence: Evidence
    ) -> None:
        asked = replace(evidence, about_identifier=True)
        in_russian = confidence_of(asked, RUSSIAN, ENGLISH)
        assert in_russian == confidence_of(asked, ENGLISH, ENGLISH)
        assert in_russian < confidence_of(evidence, ENGLISH, ENGLISH)

    def test_threshold_is_within_the_scale(self) -> None:
        assert 0 < ANSWER_AT < 1


class TestIsRussian:
    def test_is_not_misled_by_identifiers(self) -> None:
        assert is_russian("Что делать при NodeFilesystemAlmostFull на узле?")
        assert not is_russian("What does «диск» mean in this very long English question?")
