"""What of a chunk is embedded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.extraction.model import Place
from mara.kernel.ids import new_id
from mara.search.model import Chunk
from mara.search.model.windows import WINDOWS_MAX, passages_to_embed, windows


def a_chunk(text: str, *headings: str) -> Chunk:
    return Chunk(new_id(), new_id(), 0, text, Place(headings=headings))


class TestPassagesToEmbed:
    def test_begin_with_the_whole_under_its_title(self) -> None:
        found = passages_to_embed(a_chunk("Restart it.", "Disk", "Fix"), "ops guide.docx")
        assert found == ["ops guide / Disk / Fix. Restart it."]

    @pytest.mark.parametrize(
        ("sheet", "title"),
        [
            ("Казань", "phones / Казань / Guard"),
            ("Лист1", "phones / Guard"),
            ("Sheet 2", "phones / Guard"),
        ],
    )
    def test_name_the_sheet_where_a_person_named_it(self, sheet: str, title: str) -> None:
        place = Place(sheet=sheet, row=2, headings=("Guard",))
        chunk = Chunk(new_id(), new_id(), 0, "Phone: 20-01", place)
        assert passages_to_embed(chunk, "phones.xlsx") == [f"{title}. Phone: 20-01"]

    def test_go_on_with_each_sentence(self) -> None:
        first = "The disk of the node fills up within four hours."
        second = "Delete old images and enlarge the volume afterwards."
        found = passages_to_embed(a_chunk(f"{first} {second}"), "a.txt")
        assert found[1:] == [first, second]


class TestWindows:
    @given(st.text())
    def test_lose_no_word(self, text: str) -> None:
        """Invariant 9: nothing is cut silently."""
        assert " ".join(windows(text)).split() == text.split()

    def test_are_bounded_in_number(self) -> None:
        text = " ".join(f"Sentence number {n} is about something." for n in range(200))
        assert len(windows(text)) <= WINDOWS_MAX + 1
