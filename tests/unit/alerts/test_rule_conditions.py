"""Conditions of rules: patterns in any alphabet, meanings, and all conditions together."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.alerts.adapters.embedded_likeness import EmbeddedLikeness
from mara.alerts.adapters.re2_patterns import Re2Patterns
from mara.alerts.errors import InvalidKeywords, InvalidPattern, InvalidRule
from mara.alerts.model.keywords import Keywords
from mara.alerts.model.rule import Conditions, Semantic
from mara.alerts.model.rule_match import PatternMatch, RuleMatch
from mara.alerts.model.unicode_patterns import read_pattern
from mara.alerts.service.rule_matching import RuleMatching
from mara.search.adapters.use import UseEmbedder

patterns = Re2Patterns()


class NoLikeness:
    """Fails where a meaning is asked for that need not be."""

    def scores(self, text: str, examples: Sequence[str]) -> Sequence[float]:
        raise AssertionError(text)


cheap = RuleMatching(patterns, NoLikeness())


def found(regex: str, text: str) -> str | None:
    match = cheap.match(Conditions(regex=regex), text).pattern
    assert match is not None
    return match.found


class TestAPattern:
    @pytest.mark.parametrize(
        ("regex", "words"),
        [
            ("(?=a)b", "invalid perl operator: (?="),
            (r"(a)\1", r"invalid escape sequence: \1"),
            ("(", "missing ): ("),
            ("a{1001}", "invalid repetition size: {1001}"),
        ],
    )
    def test_is_refused_in_the_words_of_re2_whose_own_log_is_off(
        self, regex: str, words: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(InvalidPattern) as refused:
            cheap.check(Conditions(regex=regex))
        assert words in refused.value.detail
        assert capfd.readouterr().err == ""

    def test_of_too_much_memory_is_refused(self) -> None:
        with pytest.raises(InvalidPattern, match="too large"):
            cheap.check(Conditions(regex=r"(\pL{500}){2}" * 10))

    def test_needs_linear_time(self) -> None:
        assert found("(a+)+$", "a" * 4000 + "b") is None

    def test_without_letters_beyond_ascii_is_left_alone(self) -> None:
        regex = r"\bdisk \w+\b"
        assert read_pattern(regex).text == regex
        assert cheap.match(Conditions(regex=regex), "a disk full b").pattern == PatternMatch(
            "disk full", None
        )

    @pytest.mark.parametrize(
        ("regex", "text"),
        [
            (r"\bдиск\b", "Снова диск, полный"),
            (r"\bдиск\b", "диск"),
            (r"\bдиск\b \bполный\b", "диск полный"),
            (r"\bдиск\b\s+\bполный\b", "вот диск  полный!"),
            (r"\bошибк\w*\b", "много ошибками"),
            (r"(?i)\bСБОЙ\b", "сбой"),
            (r"\bё\b-\bй\b", "ё-й"),
            (r"[\w-]+-база\b", "пг-база"),
            (r"\b(диск|том)\b", "том полон"),
            (r"\Q.\E\bдиск\b", "a.диск"),
        ],
    )
    def test_finds_words_of_any_alphabet(self, regex: str, text: str) -> None:
        assert found(regex, text) is not None

    @pytest.mark.parametrize(
        ("regex", "text"),
        [
            (r"\bдиск\b", "дискета"),
            (r"\bдиск\b", "жёсткодиск"),
            (r"\bдиск\b", "диск_1"),
            (r"\bдиск\b", "диск9"),
            (r"\bдиск\b x?", "дискx"),
            (r"диск\W", "дискета"),
        ],
    )
    def test_finds_no_part_of_a_word(self, regex: str, text: str) -> None:
        assert found(regex, text) is None

    def test_says_how_it_was_read(self) -> None:
        match = cheap.match(Conditions(regex=r"\bдиск"), "диск").pattern
        assert match == PatternMatch("диск", r"(?:\A|\z|[^\p{L}\p{N}_])диск")

    @given(st.lists(st.sampled_from("аб1_ -."), max_size=12).map("".join))
    def test_finds_a_word_where_python_finds_it(self, text: str) -> None:
        for regex in (r"\bаб\b", r"\bа\b \bб\b", r"\bаб*\b", r"\bа\W+б\b"):
            assert (found(regex, text) is None) == (re.search(regex, text) is None), regex

    @given(st.text(alphabet=r"аb\bwWQE[](){}|*+?^$.-:PpLx0,1", max_size=30))
    def test_of_any_text_is_read_without_an_error_of_another_kind(self, regex: str) -> None:
        try:
            found(regex or "a", "аb w")
        except InvalidPattern:
            assert regex


class TestMeanings:
    matching = RuleMatching(patterns, EmbeddedLikeness(UseEmbedder()))
    full = Conditions(semantic=Semantic(("На сервере закончилось место на диске",), 0.5))

    def test_are_near_in_other_words_and_another_language(self) -> None:
        for text in ("Диск сервера переполнен", "The server ran out of disk space"):
            assert self.matching.fires(self.full, text), text

    def test_are_near_in_one_sentence_of_a_long_text(self) -> None:
        text = "Всем привет, обед сегодня в два часа дня. " * 5 + "\nДиск сервера переполнен."
        assert self.matching.fires(self.full, text)

    def test_of_other_things_are_far(self) -> None:
        match = self.matching.match(self.full, "Кто идёт на обед?").semantic
        assert match is not None
        assert (match.fires, match.example) == (False, "На сервере закончилось место на диске")

    def test_of_no_text_are_none(self) -> None:
        assert not self.matching.fires(self.full, " ")


class TestSeveralConditions:
    def test_must_all_hold(self) -> None:
        both = Conditions(Keywords(any_of=("диск",)), regex=r"9\d %")
        assert cheap.fires(both, "Диски заполнены на 91 %")
        assert not cheap.fires(both, "Диски заполнены на 80 %")
        assert not cheap.fires(both, "Память: 91 %")

    def test_ask_for_a_meaning_only_if_the_others_hold(self) -> None:
        conditions = Conditions(Keywords(any_of=("диск",)), semantic=Semantic(("x",)))
        assert cheap.match(conditions, "память").semantic is None
        with pytest.raises(AssertionError):
            cheap.match(conditions, "память", explain=True)

    def test_of_none_are_refused(self) -> None:
        with pytest.raises(InvalidRule):
            Conditions()

    def test_that_can_never_hold_are_refused(self) -> None:
        with pytest.raises(InvalidKeywords):
            cheap.check(Conditions(Keywords(any_of=("the",))))

    def test_without_a_match_do_not_fire(self) -> None:
        assert not RuleMatch(pattern=PatternMatch(None, None)).fires
