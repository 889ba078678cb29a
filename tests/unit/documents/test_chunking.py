"""Cutting what was read into passages."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from mara.documents.service.chunking import chunk
from mara.extraction.model import Block, Place
from mara.search.model import Chunk

TOKENS_MAX = 20
DOCUMENT = uuid4()

WORDS = st.text(alphabet="abcdefgабвгд", min_size=1, max_size=60)
TEXTS = st.lists(WORDS, min_size=1, max_size=80).flatmap(
    lambda words: st.sampled_from([" ", ". ", "\n", "! "]).map(lambda joint: joint.join(words))
)
BLOCKS = st.lists(
    st.builds(Block, TEXTS, st.builds(Place, page=st.integers(1, 3))), min_size=1, max_size=8
)


def count_tokens(text: str) -> int:
    """Four characters each, the space before a word counted with it."""
    return sum(-(-len(word) // 4) for word in text.split())


def cut(blocks: list[Block]) -> list[Chunk]:
    return chunk(DOCUMENT, blocks, count_tokens, TOKENS_MAX)


def letters(text: str) -> str:
    return "".join(text.split())


class TestChunk:
    """Invariant 9: nothing is cut silently."""

    @given(BLOCKS)
    def test_loses_nothing_and_changes_nothing(self, blocks: list[Block]) -> None:
        before = "".join(letters(block.text) for block in blocks)
        assert "".join(letters(part.text) for part in cut(blocks)) == before

    @given(BLOCKS)
    def test_no_passage_is_longer_than_the_model_reads(self, blocks: list[Block]) -> None:
        assert all(count_tokens(part.text) <= TOKENS_MAX for part in cut(blocks))

    @given(BLOCKS)
    def test_a_retry_makes_the_same_passages(self, blocks: list[Block]) -> None:
        assert cut(blocks) == cut(blocks)

    def test_a_needle_at_the_end_of_the_longest_block_is_in_a_passage(self) -> None:
        parts = cut([Block("hay " * 5000 + "needle", Place())])
        assert "needle" in parts[-1].text

    def test_a_passage_stays_under_one_heading_and_on_one_page(self) -> None:
        places = [Place(page=1, headings=("A",)), Place(page=1, headings=("B",)), Place(page=2)]
        parts = cut([Block("short", place) for place in places])
        assert [part.place for part in parts] == places

    def test_neighbours_are_joined_up_to_the_target(self) -> None:
        parts = cut([Block("one two", Place()), Block("three", Place())])
        assert [part.text for part in parts] == ["one two\nthree"]

    def test_one_word_without_an_end_is_split_all_the_same(self) -> None:
        parts = cut([Block("x" * 1000, Place())])
        assert "".join(part.text for part in parts) == "x" * 1000
