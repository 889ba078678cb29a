"""Which passages make the answer."""

from mara.agents.model.passages import choose
from mara.extraction.model import Place
from mara.kernel.ids import new_id
from mara.search.model import Hit
from tests.support.agents import a_hit

BOOK = new_id()


def of_book(text: str, *headings: str, score: float = 5.0) -> Hit:
    return a_hit(text, headings=headings, score=score, document_id=BOOK)


class TestChoose:
    def test_begins_with_what_to_do(self) -> None:
        meaning = of_book("The disk is full.", "DiskFull", "Meaning", score=9)
        mitigation = of_book("Delete images.", "DiskFull", "Mitigation", score=7)
        assert choose([meaning, mitigation], "DiskFull on node 3", 5) == [mitigation, meaning]

    def test_begins_with_the_meaning_where_that_is_asked(self) -> None:
        meaning = of_book("The disk is full.", "DiskFull", "Meaning", score=9)
        mitigation = of_book("Delete images.", "DiskFull", "Mitigation", score=7)
        assert choose([meaning, mitigation], "What does DiskFull mean?", 5)[0] == meaning

    def test_does_not_leave_the_best_section_for_what_to_do(self) -> None:
        meaning = of_book("The disk is full.", "DiskFull", "Meaning", score=9)
        other = of_book("Restart the daemon.", "ClockSkew", "Mitigation", score=8)
        assert choose([meaning, other], "DiskFull", 5)[0] == meaning

    def test_tells_sections_apart_that_have_no_parts(self) -> None:
        parts = of_book("The disk is full.", "Book", "DiskFull", "Meaning", score=9)
        alone = of_book("See the other.", "Book", "How to mend a clock", score=8)
        assert choose([parts, alone], "DiskFull", 5)[0] == parts

    def test_tells_rows_of_a_table_apart(self) -> None:
        rows = [
            a_hit(f"Row {n}", place=Place(sheet="S", row=n), score=9 - n, document_id=BOOK)
            for n in (1, 2, 3)
        ]
        assert choose(rows, "row", 1) == rows[:1]

    def test_cites_no_other_section_that_fits_much_less(self) -> None:
        best = of_book("The disk is full.", "DiskFull", "Meaning", score=9)
        far = of_book("Restart the daemon.", "ClockSkew", "Meaning", score=3)
        assert choose([best, far], "DiskFull", 5) == [best]

    def test_cites_no_heading_without_text(self) -> None:
        heading = of_book("DiskFull", "DiskFull", score=9)
        meaning = of_book("The disk is full.", "DiskFull", "Meaning", score=8)
        assert choose([heading, meaning], "DiskFull", 5) == [meaning]
        assert choose([heading], "DiskFull", 5) == [heading]

    def test_never_exceeds_the_limit(self) -> None:
        hits = [of_book(f"Part {n}", "DiskFull", f"Part {n}", score=9) for n in range(9)]
        assert len(choose(hits, "DiskFull", 2)) == 2
        assert choose([], "DiskFull", 2) == []
