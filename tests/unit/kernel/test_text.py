"""Which characters a text may have (RFC 9839, Unicode Assignables)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.kernel.language_model import parse_answer
from mara.kernel.text import REPLACEMENT, UNUSABLE, clean, mask, unusable_in

BAD = ["\x00", "\x01", "\x1b", "\x7f", "\x85", "\ud800", "\udfff", "\ufdd0", "\ufffe", "\U0010ffff"]
GOOD = ["\t", "\n", "\r", " ", "\xa0", "я", "№", "😀", "\u202e", "\ufffd", "\ue000"]


class TestCharacters:
    @pytest.mark.parametrize("character", BAD)
    def test_that_are_refused(self, character: str) -> None:
        assert UNUSABLE.search(f"a{character}b")
        assert not UNUSABLE.search(clean(f"a{character}b"))
        assert mask(f"a{character}b") == f"a{REPLACEMENT}b"

    @pytest.mark.parametrize("character", GOOD)
    def test_that_are_text(self, character: str) -> None:
        assert clean(character) == mask(character) == character

    def test_keep_words_apart(self) -> None:
        assert clean("page one\x0cpage two") == "page one\npage two"
        assert clean("nee\x00dle") == "needle"
        assert clean("a\ud800b") == f"a{REPLACEMENT}b"

    @given(st.text(st.characters()))
    def test_are_stored_whatever_was_sent(self, text: str) -> None:
        stored = clean(text).encode()
        assert b"\x00" not in stored
        assert clean(stored.decode()) == stored.decode()


class TestUnusableIn:
    def test_points_to_each_string(self) -> None:
        body = {"a": "fine", "b": ["x", "\x00"], "c": {"d": {"e\x01": "\ud83d"}}}
        assert set(unusable_in(body, ("body",))) == {
            (("body", "b", 1), "U+0000"),
            (("body", "c", "d"), "U+0001"),
            (("body", "c", "d", "e"), "U+D83D"),
        }

    @pytest.mark.parametrize("value", [None, 1, 1.5, True, "fine", [], {}, {"a": [{"b": None}]}])
    def test_finds_nothing_in_what_is_fine(self, value: object) -> None:
        assert list(unusable_in(value)) == []

    def test_takes_any_depth(self) -> None:
        deep: object = "\x00"
        for _ in range(1_000):
            deep = [deep]
        ((location, name),) = unusable_in(deep)
        assert (len(location), name) == (1_000, "U+0000")


class TestParseAnswer:
    def test_cleans_what_a_model_escapes(self) -> None:
        written = r'{"answer": "a\u0000b\ud800c\u001b[31m", "more": [{"x": "\uffff"}]}'
        assert parse_answer(written) == {"answer": f"ab{REPLACEMENT}c[31m", "more": [{"x": ""}]}

    def test_joins_a_pair_of_surrogates(self) -> None:
        assert parse_answer(json.dumps({"a": "😀"})) == {"a": "😀"}

    @pytest.mark.parametrize("written", ["", "[]", "1", "{", '{"a":' * 2000, "NaN", '"x"'])
    def test_takes_only_an_object(self, written: str) -> None:
        assert parse_answer(written) is None
