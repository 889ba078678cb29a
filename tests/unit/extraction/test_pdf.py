"""PDF files in reading order: divided words and sentences, columns, turned pages, forms, edges."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from mara.extraction.errors import Unreadable
from mara.extraction.model import Dropped, DroppedKind
from mara.extraction.pdf import read_pdf
from mara.extraction.pdf_contents import with_listed_headings
from tests.support import papers
from tests.support.painted import Words, a_painted_pdf, lines

FIRST = ["Если шлюз не отвечает, его пере-", "загрузите и проверьте напря-", "жение на входе."]
WHOLE = "Если шлюз не отвечает, его перезагрузите и проверьте напряжение на входе."


@pytest.fixture
def reading(tmp_path: Path) -> "Reading":
    return Reading(tmp_path / "file.pdf")


class Reading:
    """Reads files, and keeps what was dropped from the last one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dropped = Dropped()

    def pages(self, content: bytes) -> list[str]:
        """The text of each page."""
        self.dropped = Dropped()
        self.path.write_bytes(content)
        count, blocks = read_pdf(self.path, self.dropped)
        pages = [""] * count
        for block in blocks:
            assert block.place.page
            pages[block.place.page - 1] += block.text
        return pages


class TestWords:
    def test_are_whole_where_lines_divide_them(self, reading: Reading) -> None:
        english = ["The oper-", "ator starts the replica-", "tion of a well-", "known host."]
        assert reading.pages(a_painted_pdf(lines(FIRST), lines(english))) == [
            WHOLE,
            "The operator starts the replication of a well-known host.",
        ]

    @pytest.mark.parametrize("hyphen", ["\u2010", "\u00ad", "-"])
    def test_are_whole_with_every_hyphen(self, reading: Reading, hyphen: str) -> None:
        page = lines([f"Start the proce{hyphen}", "dure now."])
        assert reading.pages(a_painted_pdf(page)) == ["Start the procedure now."]


class TestPages:
    ENGLISH = ("Alpha is the first line", "beta is the second line", "gamma is the last one.")

    @pytest.mark.parametrize("rotate", [0, 90, 180, 270])
    @pytest.mark.parametrize("angle", [0, 90, 180, 270])
    def test_that_are_turned_are_read_from_top_to_bottom(
        self, reading: Reading, angle: int, rotate: int
    ) -> None:
        x, y, dx, dy = {
            0: (100, 100, 0, 16),
            90: (100, 700, 16, 0),
            180: (500, 700, 0, -16),
            270: (400, 100, -16, 0),
        }[angle]
        page = [
            Words(x + dx * n, y + dy * n, text, angle=angle) for n, text in enumerate(self.ENGLISH)
        ]
        assert reading.pages(a_painted_pdf(page, rotate=rotate)) == ["\n".join(self.ENGLISH)]

    def test_share_a_sentence_where_it_begins(self, reading: Reading) -> None:
        first = lines(["Shift rules.", "When it exceeds six bar the operator must"])
        second = lines(["close valve V-12 and", "call the foreman. Then he waits.", "He reports."])
        assert reading.pages(a_painted_pdf(first, second)) == [
            "\n".join(
                [*[words.text for words in first], "close valve V-12 and", "call the foreman."]
            ),
            "Then he waits.\nHe reports.",
        ]

    def test_share_a_word(self, reading: Reading) -> None:
        pages = lines(["Проверьте напря-"]), lines(["жение на входе. Запишите его."])
        assert reading.pages(a_painted_pdf(*pages)) == [
            "Проверьте напряжение на входе.",
            "Запишите его.",
        ]

    @pytest.mark.parametrize(
        ("end", "beginning"),
        [
            ("It is complete.", "lower case follows."),
            ("Rooms", "Floors and doors."),
            ("Item 12", "13 pieces."),
            ("no end of it", "is to be found"),
        ],
    )
    def test_keep_what_is_no_sentence_over_both(
        self, reading: Reading, end: str, beginning: str
    ) -> None:
        assert reading.pages(a_painted_pdf(lines([end]), lines([beginning]))) == [end, beginning]


class TestColumns:
    LEFT = ("Goods may be returned", "within fourteen days", "with receipt and packaging.")
    RIGHT = ("The warranty for devices", "lasts two years", "from the day of sale.")

    def painted(self, *columns: Sequence[str]) -> list[Words]:
        """The columns line by line."""
        rows = enumerate(zip(*columns, strict=True))
        return [
            Words(60 + 220 * column, 80 + 16 * row, text)
            for row, texts in rows
            for column, text in enumerate(texts)
        ]

    def test_of_running_text_are_read_one_after_the_other(self, reading: Reading) -> None:
        page = self.painted(self.LEFT, self.RIGHT)
        assert reading.pages(a_painted_pdf(page)) == ["\n".join([*self.LEFT, *self.RIGHT])]

    def test_may_be_russian_and_have_divided_words(self, reading: Reading) -> None:
        left = ("Товар можно вер-", "нуть в магазин за", "четырнадцать дней.")
        right = ("Гарантия на прибо-", "ры действует два", "года со дня продажи.")
        (text,) = reading.pages(a_painted_pdf(self.painted(left, right)))
        assert text.split("\n") == [
            "Товар можно вернуть в магазин за",
            "четырнадцать дней.",
            "Гарантия на приборы действует два",
            "года со дня продажи.",
        ]

    def test_of_a_table_are_read_as_rows(self, reading: Reading) -> None:
        names = ("Cable", "Socket of two", "Fuse box")
        prices = ("100 roubles a metre", "55 roubles each", "900 roubles each")
        assert reading.pages(a_painted_pdf(self.painted(names, prices))) == [
            "\n".join(map(" ".join, zip(names, prices, strict=True)))
        ]


class TestLettersWithoutNames:
    TEXT = ("The gateway was inspected in May", "and its valve was closed.")

    def test_need_ocr(self, reading: Reading) -> None:
        with pytest.raises(Unreadable) as refusal:
            reading.pages(a_painted_pdf(lines(self.TEXT), with_names=False))
        assert refusal.value.code == "needs_ocr"

    def test_are_read_where_they_have_names(self, reading: Reading) -> None:
        assert reading.pages(a_painted_pdf(lines(self.TEXT))) == ["\n".join(self.TEXT)]
        assert not reading.dropped[DroppedKind.UNREADABLE_TEXT]


class TestEdges:
    def page(self, number: int, of: int = 3) -> list[Words]:
        return [
            Words(60, 40, "Safety policy"),
            *lines([f"Rule {number} says {'abc'[number]}.", f"It has {number} parts."]),
            Words(60, 780, "Internal use only"),
            Words(60, 800, f"Page {number + 1} of {of}"),
        ]

    def test_of_all_pages_are_there_once(self, reading: Reading) -> None:
        assert reading.pages(a_painted_pdf(*map(self.page, range(3)))) == [
            "Safety policy\nRule 0 says a.\nIt has 0 parts.",
            "Rule 1 says b.\nIt has 1 parts.",
            "Rule 2 says c.\nIt has 2 parts.\nInternal use only",
        ]
        assert reading.dropped[DroppedKind.PAGE_HEADERS] == 2
        assert reading.dropped[DroppedKind.PAGE_FOOTERS] == 2 + 3

    @pytest.mark.parametrize("form", ["{}", "- {} -", "стр. {}", "Лист {} из 2", "Policy | {}"])
    def test_with_numbers_of_pages_are_dropped(self, reading: Reading, form: str) -> None:
        pages = [
            [*lines([f"Text {'ab'[n]}.", "More."]), Words(60, 800, form.format(n + 7))]
            for n in range(2)
        ]
        assert reading.pages(a_painted_pdf(*pages))[0] == "Text a.\nMore."

    def test_that_differ_are_kept(self, reading: Reading) -> None:
        pages = [
            lines([f"Section {n}", f"Code E-{n} means {n}.", f"Total {n * 3}"]) for n in (1, 2)
        ]
        assert [text.split("\n")[0] for text in reading.pages(a_painted_pdf(*pages))] == [
            "Section 1",
            "Section 2",
        ]

    def test_of_one_page_are_kept(self, reading: Reading) -> None:
        assert "Page 1 of 3" in reading.pages(a_painted_pdf(self.page(0)))[0]


class TestForm:
    def test_has_its_values_beside_their_labels(self, reading: Reading) -> None:
        (text,) = reading.pages(papers.a_pdf_form())
        assert text.split("\n") == [
            "Vacation request",
            "Employee: Anna Example Days: 14",
            "Kind: paid",
            "☒ by train",
            "☐ by plane",
            "Remark: none yet",
        ]

    def test_counts_scripts_and_pictures(self, reading: Reading) -> None:
        reading.pages(papers.a_pdf_with_a_picture())
        assert reading.dropped[DroppedKind.PICTURES] == 1


class TestContents:
    """Headings in the type of the text, which the table of contents lists."""

    BODY = (
        ("General", "These rules hold for all shifts."),
        ("Evacuation of the staff", "At the siren everybody leaves by the east gate."),
        ("Storage of reagents", "Acids are kept in cabinet C-3."),
    )

    def headings(self, reading: Reading, contents: Sequence[str]) -> list[tuple[str, ...]]:
        pages = [lines(contents), *map(lines, self.BODY)]
        reading.path.write_bytes(a_painted_pdf(*pages))
        _, blocks = read_pdf(reading.path)
        return [block.place.headings for block in blocks if block.place.page != 1]

    @pytest.mark.parametrize(
        "entry", ["{t} .......... {p}", "{n}. {t} . . . . . {p}", "{n} {t} ………… {p}"]
    )
    def test_name_the_headings_of_the_document(self, reading: Reading, entry: str) -> None:
        contents = [
            entry.format(n=n, t=title, p=n + 1) for n, (title, _) in enumerate(self.BODY, 1)
        ]
        assert self.headings(reading, contents) == [(title,) for title, _ in self.BODY]

    def test_need_no_leaders_below_their_title(self, reading: Reading) -> None:
        contents = ["Contents", *(f"{title} {n}" for n, (title, _) in enumerate(self.BODY, 2))]
        assert self.headings(reading, contents) == [(title,) for title, _ in self.BODY]

    def test_may_be_russian_and_have_sections_of_chapters(self, reading: Reading) -> None:
        contents = ["Содержание", "1 Склад ...... 2", "1.1 Кислоты ...... 2", "2 Насос ...... 3"]
        first = ["1 Склад", "Ключ у мастера.", "1.1 Кислоты", "Хранят в шкафу."]
        second = ["2 Насос", "Склад и насос разделены.", "Склад", "Это не заголовок."]
        reading.path.write_bytes(a_painted_pdf(lines(contents), lines(first), lines(second)))
        _, blocks = read_pdf(reading.path)
        assert [(b.place.headings, b.text) for b in blocks if b.place.page != 1] == [
            (("1 Склад",), "Ключ у мастера."),
            (("1 Склад", "1.1 Кислоты"), "Хранят в шкафу."),
            (("2 Насос",), "Склад и насос разделены.\nСклад\nЭто не заголовок."),
        ]

    def test_are_no_single_line_with_leaders(self, reading: Reading) -> None:
        assert self.headings(reading, ["General ........ 5"]) == [(), (), ()]

    @pytest.mark.parametrize("words", ["a b " * 50_000 + "7", "x. " * 60_000, "..." * 60_000])
    def test_are_no_lines_that_take_long_to_look_at(self, words: str) -> None:
        began = time.process_time()
        assert with_listed_headings([[(words, 10.0)] * 20] * 3)
        assert time.process_time() - began < 1

    def test_tell_numbers_within_a_title_from_numbers_before_it(self) -> None:
        contents = [
            ("1 Form 5 of the staff ..... 2", 10.0),
            ("2 Form 6 of the staff ..... 3", 10.0),
        ]
        pages = [contents, [("Form 6 of the staff", 10.0)], [("Form 7 of the staff", 10.0)]]
        assert with_listed_headings(pages)[1:] == [[("Form 6 of the staff", -1)], pages[2]]
