"""JSON by orjson, and what is left to the standard library."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.kernel.json_text import encoded, parsed

TEXTS = st.text(st.characters(codec=None), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=20,
)


@dataclass
class Token:
    id: int
    secret: str = field(repr=False)


@given(VALUES)
def test_what_is_encoded_is_what_json_reads(value: Any) -> None:
    assert json.loads(encoded(value)) == value


@given(VALUES)
def test_what_json_encodes_is_parsed(value: Any) -> None:
    assert parsed(json.dumps(value).encode()) == value


@pytest.mark.parametrize("text", [b"", b"{", b"[1,]", b"\xff", b'{"a":1}x', b"'a'"])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(text)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises((ValueError, RecursionError)):
        parsed(b"[" * 200_000)


def test_text_has_no_spaces_and_no_escapes_beyond_ascii() -> None:
    assert encoded({"a": [1, "Ё"], "b": None}) == '{"a":[1,"Ё"],"b":null}'


@pytest.mark.parametrize("key", ["k", 1], ids=["by orjson", "by json"])
def test_other_types_are_written_as_the_default_says(key: Any) -> None:
    """Also those that orjson knows: the secret of a dataclass would be written by it."""
    at = datetime(2026, 1, 2, tzinfo=UTC)
    for value in (Token(1, "s3cret"), at, at.date(), {1}, b"x", 1 + 2j):
        assert encoded({key: value}, str) == json.dumps(
            {key: value}, default=str, separators=(",", ":"), ensure_ascii=False
        )
    assert encoded({key: UUID(int=7)}, str) == f'{{"{key}":"{UUID(int=7)}"}}'


def test_other_types_are_refused_without_a_default() -> None:
    for value in (Token(1, "s"), datetime(2026, 1, 2, tzinfo=UTC), {1}, b"x"):
        with pytest.raises(TypeError):
            encoded({"k": value})
