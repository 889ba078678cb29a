"""Which sections make the answer, and what is shown of them."""

from mara.agents.model.arrangement import arrange
from mara.agents.model.passages import asks_what_to_do, choose
from mara.agents.model.sections import Section
from mara.extraction.model import Place
from mara.kernel.ids import new_id
from mara.search.model import Hit
from tests.support.agents import a_hit

BOOK = new_id()


def of_book(text: str, *headings: str, score: float = 5.0) -> Hit:
    return a_hit(text, headings=headings, score=score, document_id=BOOK)


def a_section(name: str, length: int) -> Section:
    return Section([a_hit(f"{name} {number}").chunk for number in range(1, length + 1)])


class TestChoose:
    def test_begins_with_what_search_ranks_first(self) -> None:
        parking = of_book("Parking costs 30 euros.", "Handbook", "Parking", score=9)
        hiring = of_book("A candidate comes twice.", "Handbook", "Hiring procedure", score=8)
        assert choose([parking, hiring], "disk") == [parking, hiring]

    def test_takes_the_best_passage_of_each_section(self) -> None:
        first = of_book("Delete images.", "DiskFull", "Mitigation", score=9)
        second = of_book("Extend the volume.", "DiskFull", "Mitigation", score=8)
        meaning = of_book("The disk is full.", "DiskFull", "Meaning", score=8)
        assert choose([first, second, meaning], "disk") == [first, meaning]

    def test_tells_sections_of_one_name_apart_by_their_chapter(self) -> None:
        supply = of_book("Ten days.", "Договор поставки", "Порядок оплаты", score=9)
        lease = of_book("Each month.", "Договор аренды", "Порядок оплаты", score=8)
        assert choose([supply, lease], "disk") == [supply, lease]

    def test_tells_rows_of_a_table_apart(self) -> None:
        rows = [
            a_hit(f"Row {n}", place=Place(sheet="S", row=n), score=9 - n / 10, document_id=BOOK)
            for n in (1, 2, 3)
        ]
        assert choose(rows, "disk") == rows

    def test_takes_no_section_that_matches_much_less(self) -> None:
        best = of_book("The disk is full.", "DiskFull", "Meaning", score=9)
        far = of_book("Restart the daemon.", "ClockSkew", "Meaning", score=3)
        assert choose([best, far], "disk") == [best]

    def test_takes_the_section_that_answers_another_part_of_the_question(self) -> None:
        leave = of_book("Заявление на отпуск за 14 дней.", "Правила", "Отпуск", score=9)
        fridge = of_book("Реагент В хранить нельзя.", "Правила", "Холодильник", score=3)
        badge = of_book("Новый пропуск: кабинет 214.", "Правила", "Пропуск", score=2)
        both = "За сколько дней подать заявление на отпуск и где оформить новый пропуск?"
        assert choose([leave, fridge, badge], both) == [leave, badge]
        assert choose([leave, fridge, badge], "Как подать заявление на отпуск?") == [leave]

    def test_takes_the_other_pieces_of_a_row_at_the_end(self) -> None:
        row = Place(sheet="S", row=2)
        pieces = [a_hit(f"{n}", place=row, score=9 - n, document_id=BOOK) for n in range(3)]
        other = a_hit("x", place=Place(sheet="S", row=3), score=8.5, document_id=BOOK)
        found = choose([pieces[0], other, *pieces[1:]], "row")
        assert found == [pieces[0], other, *pieces[1:]]

    def test_takes_at_most_three_sections(self) -> None:
        hits = [of_book(f"Part {n}", "Book", f"Chapter {n}", score=9) for n in range(9)]
        assert choose(hits, "disk") == hits[:3]

    def test_takes_the_text_below_a_heading_in_place_of_the_heading(self) -> None:
        heading = of_book("DiskFull", "DiskFull", score=9)
        other = of_book("Set the clock.", "ClockSkew", score=8)
        meaning = of_book("The disk is full.", "DiskFull", "Meaning", score=2)
        assert choose([heading, other, meaning], "disk")[0] == meaning
        assert choose([heading, other], "disk")[0] == heading

    def test_chooses_nothing_from_nothing(self) -> None:
        assert choose([], "disk") == []


class TestAsksWhatToDo:
    def test_unless_a_meaning_or_a_reason_is_asked(self) -> None:
        assert asks_what_to_do("DiskFull on node 3")
        assert not asks_what_to_do("What does DiskFull mean?")
        assert not asks_what_to_do("Почему заполнен диск?")


class TestArrange:
    def test_shows_each_section_whole_where_they_fit(self) -> None:
        first, remedy, other = a_section("a", 2), a_section("b", 2), a_section("c", 1)
        shown = arrange(first, [remedy], [other], 5)
        assert list(shown.chunks) == [*first.chunks, *remedy.chunks, *other.chunks]
        assert shown.cut == frozenset()

    def test_leaves_a_passage_to_each_section_that_tells_what_to_do(self) -> None:
        first, remedy = a_section("a", 9), a_section("b", 1)
        shown = arrange(first, [remedy], [], 5)
        assert list(shown.chunks) == [*first.chunks[:4], *remedy.chunks]

    def test_names_the_last_passage_of_a_section_that_is_longer(self) -> None:
        first, remedy = a_section("a", 9), a_section("b", 3)
        shown = arrange(first, [remedy], [], 5)
        assert shown.cut == {first.chunks[3].id, remedy.chunks[0].id}

    def test_takes_other_sections_only_with_what_is_left(self) -> None:
        first, other = a_section("a", 5), a_section("c", 2)
        assert list(arrange(first, [], [other], 5).chunks) == list(first.chunks)

    def test_shows_at_most_three_sections(self) -> None:
        sections = [a_section(name, 1) for name in "bcde"]
        shown = arrange(a_section("a", 1), sections[:2], sections[2:], 20)
        assert len(shown.chunks) == 3

    def test_shows_the_first_passage_alone_where_one_is_allowed(self) -> None:
        first, remedy = a_section("a", 2), a_section("b", 1)
        shown = arrange(first, [remedy], [], 1)
        assert list(shown.chunks) == [first.chunks[0]]
        assert shown.cut == {first.chunks[0].id}
