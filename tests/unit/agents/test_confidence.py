"""How sure an answer is."""

from hypothesis import given
from hypothesis import strategies as st

from mara.agents.model.confidence import ANSWER_AT, confidence_in, is_russian
from tests.support.agents import a_hit


class TestConfidenceIn:
    def test_is_nothing_without_a_hit(self) -> None:
        assert confidence_in([], "anything") == 0.0

    def test_is_high_where_words_and_meaning_agree(self) -> None:
        assert confidence_in([a_hit("text", semantic=0.8, coverage=0.9)], "q") > 0.9

    def test_is_low_where_neither_does(self) -> None:
        assert confidence_in([a_hit("text", semantic=0.2, coverage=0.1)], "q") < ANSWER_AT

    def test_needs_no_shared_words_across_languages(self) -> None:
        hit = a_hit("Restart the daemon", semantic=0.6, coverage=0.0)
        assert confidence_in([hit], "Перезапустите службу") > ANSWER_AT
        assert confidence_in([hit], "Launch the service") < ANSWER_AT

    @given(
        st.floats(min_value=-1, max_value=1),
        st.floats(min_value=0, max_value=1),
        st.floats(min_value=0, max_value=0.5),
    )
    def test_grows_with_each_sign_and_stays_a_share(
        self, semantic: float, coverage: float, more: float
    ) -> None:
        base = confidence_in([a_hit("t", semantic=semantic, coverage=coverage)], "q")
        nearer = confidence_in([a_hit("t", semantic=semantic + more, coverage=coverage)], "q")
        fuller = confidence_in([a_hit("t", semantic=semantic, coverage=coverage + more)], "q")
        assert 0 <= base <= min(nearer, fuller) <= max(nearer, fuller) <= 1


class TestIsRussian:
    def test_is_not_misled_by_identifiers(self) -> None:
        assert is_russian("Что делать при NodeFilesystemAlmostFull на узле?")
        assert not is_russian("What does «диск» mean in this very long English question?")
