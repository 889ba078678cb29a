"""How sure an answer is."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mara.agents.model.confidence import ANSWER_AT, confidence_of
from mara.agents.model.language import is_russian
from mara.search.model import Evidence

NONE = Evidence(
    bigram_coverage=0.0,
    name_coverage=1.0,
    sentence_similarity=0.0,
    sentence_coverage=0.0,
    passage_coverage=0.0,
    semantic_coverage=0.0,
    cosine=0.0,
)
share = st.floats(min_value=0, max_value=1)
SIGNS = (
    "bigram_coverage",
    "name_coverage",
    "sentence_similarity",
    "sentence_coverage",
    "passage_coverage",
    "semantic_coverage",
)


class TestConfidenceOf:
    def test_is_nothing_without_evidence(self) -> None:
        assert confidence_of([], "anything", "text") == 0.0

    def test_is_high_where_a_sentence_holds_the_question(self) -> None:
        full = replace(
            NONE,
            bigram_coverage=0.8,
            sentence_similarity=0.6,
            sentence_coverage=1.0,
            passage_coverage=1.0,
        )
        assert confidence_of([full], "question", "text") > 0.9

    def test_is_low_where_words_are_missing(self) -> None:
        some = replace(NONE, sentence_similarity=0.2, sentence_coverage=0.4, passage_coverage=0.5)
        assert confidence_of([some], "question", "text") < ANSWER_AT

    def test_needs_no_shared_words_across_languages(self) -> None:
        near = replace(
            NONE, sentence_coverage=0.6, passage_coverage=0.6, semantic_coverage=0.6, cosine=0.5
        )
        assert confidence_of([near], "Перезапустите службу", "Restart the daemon") > ANSWER_AT
        assert confidence_of([near], "Launch the service", "Restart the daemon") < ANSWER_AT

    def test_is_that_of_the_most_convincing_line(self) -> None:
        full = replace(
            NONE,
            bigram_coverage=0.8,
            sentence_similarity=0.6,
            sentence_coverage=1.0,
            passage_coverage=1.0,
        )
        assert confidence_of([NONE, full], "q", "t") == confidence_of([full], "q", "t")

    @given(st.builds(Evidence, share, share, share, share, share, share, share), share)
    def test_grows_with_each_sign_and_stays_a_share(self, evidence: Evidence, more: float) -> None:
        base = confidence_of([evidence], "q", "текст")
        for sign in SIGNS:
            fuller = replace(evidence, **{sign: getattr(evidence, sign) + more})
            assert 0 <= base <= confidence_of([fuller], "q", "текст") <= 1


class TestIsRussian:
    def test_is_not_misled_by_identifiers(self) -> None:
        assert is_russian("Что делать при NodeFilesystemAlmostFull на узле?")
        assert not is_russian("What does «диск» mean in this very long English question?")
