"""What a person sees in a Word file although it stands nowhere in the text of its paragraphs."""

from pathlib import Path

import pytest

from mara.extraction.model import Dropped, DroppedKind, Format
from mara.extraction.readers import read
from mara.extraction.records import read_records
from tests.support import files
from tests.support.word import (
    a_link,
    a_word_file,
    level,
    numbered,
    paragraph,
    run,
    with_backslashes,
)

WHITE = '<w:color w:val="FFFFFF"/>'
HEADING = '<w:pStyle w:val="Heading1"/>'
END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
HEADING_STYLE = '<w:style w:styleId="Heading1"><w:name w:val="heading 1"/>{}</w:style>'


@pytest.fixture
def reading(tmp_path: Path) -> "Reading":
    return Reading(tmp_path)


class Reading:
    """Reads files, and keeps what was dropped from the last one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dropped = Dropped()

    def texts(self, content: bytes, format: Format = Format.DOCX) -> list[str]:
        """The text of each block, after its headings."""
        self.dropped = Dropped()
        path = self.folder / f"file.{format.value}"
        path.write_bytes(content)
        _, records = read(path, format, self.dropped)
        output = self.folder / "records"
        output.write_bytes(b"".join(record for record, *_ in records) + b"{}\n")
        with output.open("rb") as file:
            blocks, _ = read_records(file)
        return [" > ".join([*block.place.headings, block.text]) for block in blocks]


def numbering(*levels: str, instances: str = "") -> str:
    return (
        f'<w:abstractNum w:abstractNumId="7">{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>{instances}'
    )


CLAUSES = numbering(level(0, "%1."), level(1, "%1.%2."), level(2, "%3)", "lowerLetter"))


class TestNumbers:
    def test_of_clauses_are_computed(self, reading: Reading) -> None:
        body = "".join(
            [
                numbered("Subject"),
                numbered("Rent", 1),
                numbered("Store", 1),
                numbered("first", 2),
                numbered("second", 2),
                numbered("Payment"),
                paragraph("In between."),
                numbered("Monthly", 1),
                numbered("first again", 2),
            ]
        )
        assert reading.texts(a_word_file(body, numbering=CLAUSES)) == [
            "1. Subject",
            "1.1. Rent",
            "1.2. Store",
            "    a) first",
            "    b) second",
            "2. Payment",
            "In between.",
            "2.1. Monthly",
            "    a) first again",
        ]

    @pytest.mark.parametrize(
        ("format", "marks"),
        [
            ("upperRoman", ["I", "II", "III", "IV"]),
            ("lowerLetter", ["a", "b", "c", "d"]),
            ("russianLower", ["а", "б", "в", "г"]),
            ("decimalZero", ["01", "02", "03", "04"]),
            ("cardinalText", ["1", "2", "3", "4"]),
        ],
    )
    def test_are_written_as_the_list_has_them(
        self, reading: Reading, format: str, marks: list[str]
    ) -> None:
        body = "".join(numbered("x") for _ in marks)
        found = reading.texts(a_word_file(body, numbering=numbering(level(0, "Art. %1", format))))
        assert found == [f"Art. {mark} x" for mark in marks]

    def test_start_again_where_the_list_says_so(self, reading: Reading) -> None:
        second = (
            '<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0">'
            '<w:startOverride w:val="5"/></w:lvlOverride></w:num>'
            '<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>'
        )
        never = '<w:lvlRestart w:val="0"/>'
        lists = numbering(level(0, "%1."), level(1, "(%2)", more=never), instances=second)
        body = "".join(
            [
                *(numbered("a"), numbered("b", 1), numbered("c"), numbered("d", 1)),
                *(numbered("e", 0, 2), numbered("f", 0, 2), numbered("g", 0, 3)),
            ]
        )
        assert reading.texts(a_word_file(body, numbering=lists)) == [
            *("1. a", "  (1) b", "2. c", "  (2) d", "5. e", "6. f", "7. g")
        ]

    def test_of_headings_come_from_their_style(self, reading: Reading) -> None:
        styles = HEADING_STYLE.format('<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>')
        styles += (
            '<w:style w:styleId="Sub"><w:name w:val="heading 2"/><w:pPr><w:numPr>'
            '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        )
        linked = numbering(
            level(0, "Chapter %1.", "upperRoman", '<w:pStyle w:val="Heading1"/>'),
            level(1, "%1.%2", more='<w:isLgl/><w:pStyle w:val="Sub"/>'),
        )
        body = (
            paragraph("General", HEADING)
            + paragraph("Terms", '<w:pStyle w:val="Sub"/>')
            + paragraph("Text.")
            + paragraph("Payment", HEADING)
            + paragraph("More.")
        )
        assert reading.texts(a_word_file(body, styles=styles, numbering=linked)) == [
            "Chapter I. General > Chapter I. General",
            "Chapter I. General > 1.1 Terms > Text.",
            "Chapter II. Payment > More.",
        ]

    def test_in_a_table_are_read_too(self, reading: Reading) -> None:
        cells = "".join(f"<w:tc>{numbered(text)}</w:tc>" for text in ("left", "right"))
        found = reading.texts(
            a_word_file(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>", numbering=CLAUSES)
        )
        assert "1. left" in found[0]
        assert "2. right" in found[0]

    def test_of_a_missing_list_are_bullets(self, reading: Reading) -> None:
        bullets = numbering(level(0, "\uf0b7", "bullet"))
        assert reading.texts(a_word_file(numbered("x", 1, 9), numbering=bullets)) == ["  - x"]
        assert reading.texts(a_word_file(numbered("x"), numbering=bullets)) == ["- x"]


class TestCharacters:
    @pytest.mark.parametrize(
        ("before", "raised", "text"),
        [
            ("10", "6", "10⁶"),
            ("10", "-3", "10⁻³"),
            ("40 м", "2", "40 м²"),
            ("the 1", "st", "the 1st"),
            ("x", "n", "xⁿ"),
            ("2", "k+1", "2^k+1"),
            ("бесплатна", "1", "бесплатна^1"),
        ],
    )
    def test_raised_digits_are_no_part_of_a_number(
        self, reading: Reading, before: str, raised: str, text: str
    ) -> None:
        above = '<w:vertAlign w:val="superscript"/>'
        assert reading.texts(a_word_file(paragraph(run(before) + run(raised, above)))) == [text]
        styles = f'<w:style w:styleId="Up"><w:rPr>{above}</w:rPr></w:style>'
        styled = paragraph(run(before) + run(raised, '<w:rStyle w:val="Up"/>'))
        assert reading.texts(a_word_file(styled, styles=styles)) == [text]

    def test_lowered_digits_stay_in_a_formula(self, reading: Reading) -> None:
        below = '<w:vertAlign w:val="subscript"/>'
        body = paragraph(run("CO") + run("2", below) + run(", 101") + run("2", below))
        assert reading.texts(a_word_file(body)) == ["CO2, 101₂"]

    def test_boxes_of_a_form_are_ticked_or_not(self, reading: Reading) -> None:
        symbols = "".join(
            f'<w:r><w:sym w:font="{font}" w:char="{char}"/></w:r>'
            for font, char in [
                ("Wingdings", "F0FE"),
                ("Wingdings", "00A8"),
                ("Wingdings 2", "F052"),
                ("Symbol", "F0B3"),
            ]
        )
        typed = run("\uf0fc", '<w:rFonts w:ascii="Wingdings"/>')
        field = "".join(
            f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/>'
            f"{checked}</w:checkBox></w:ffData></w:fldChar></w:r>{END}"
            for checked in ("<w:checked/>", "")
        )
        found = reading.texts(a_word_file(paragraph(symbols + typed + field)))
        assert found == ["☑☐☑≥✓☒☐"]

    def test_the_chosen_entry_of_a_list_is_read(self, reading: Reading) -> None:
        field = (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/>'
            '<w:listEntry w:val="Anna"/><w:listEntry w:val="Olga"/></w:ddList></w:ffData>'
            '</w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )
        assert reading.texts(a_word_file(paragraph(run("Owner: ") + field))) == ["Owner: Olga"]

    def test_unknown_symbols_are_counted(self, reading: Reading) -> None:
        body = paragraph(run("x") + '<w:r><w:sym w:font="Wingdings" w:char="F021"/></w:r>')
        assert reading.texts(a_word_file(body)) == ["x"]
        assert reading.dropped[DroppedKind.SYMBOLS] == 1


WIKI = "https://wiki.example.org/pay"


class TestLinks:
    IN_ONE = f'<w:hyperlink r:id="l">{run("the guide")}</w:hyperlink>'
    IN_TWO = "".join(
        f'<w:hyperlink r:id="l">{run(word)}</w:hyperlink>' for word in ("the", " guide")
    )
    SIMPLE_FIELD = (
        f'<w:fldSimple w:instr=" HYPERLINK &quot;{WIKI}&quot; ">{run("the guide")}</w:fldSimple>'
    )
    FIELD = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK </w:instrText>'
        f'</w:r><w:r><w:instrText>"{WIKI}" \\o "tip"</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("the guide")}{END}'
    )

    @pytest.mark.parametrize("link", [IN_ONE, IN_TWO, SIMPLE_FIELD, FIELD])
    def test_have_their_address_after_the_text(self, reading: Reading, link: str) -> None:
        body = paragraph(run("See ") + link + run(" first."))
        found = reading.texts(a_word_file(body, relations=a_link("l", WIKI)))
        assert found == [f"See the guide ({WIKI}) first."]

    @pytest.mark.parametrize(
        ("address", "text"),
        [
            ("https://www.example.org/", "example.org"),
            ("mailto:a@example.org", "a@example.org"),
            ("", "the guide"),
        ],
    )
    def test_that_show_their_address_show_it_once(
        self, reading: Reading, address: str, text: str
    ) -> None:
        body = paragraph(f'<w:hyperlink r:id="l">{run(text)}</w:hyperlink>')
        assert reading.texts(a_word_file(body, relations=a_link("l", address))) == [text]


class TestNotes:
    NOTES = (
        '<w:{0} w:type="separator" w:id="0"><w:p/></w:{0}>'
        f'<w:{{0}} w:id="2">{paragraph("From 5000 roubles.")}</w:{{0}}>'
        f'<w:{{0}} w:id="3">{paragraph("Within the city.")}</w:{{0}}>'
        f'<w:{{0}} w:id="4">{paragraph("No text refers to it.")}</w:{{0}}>'
    )

    def test_stand_below_the_paragraph_that_refers_to_them(self, reading: Reading) -> None:
        def refer(kind: str, note_id: int) -> str:
            return f'<w:r><w:{kind}Reference w:id="{note_id}"/></w:r>'

        cell = paragraph(run("Cell") + refer("footnote", 2))
        body = (
            paragraph(run("Fast") + refer("footnote", 3) + run(" and free") + refer("footnote", 2))
            + paragraph(run("Always") + refer("endnote", 2))
            + paragraph(run("Heading") + refer("footnote", 9) + refer("footnote", 3), HEADING)
            + f"<w:tbl><w:tr><w:tc>{cell}</w:tc></w:tr></w:tbl>"
        )
        content = a_word_file(
            body,
            styles=HEADING_STYLE.format(""),
            footnotes=self.NOTES.format("footnote"),
            endnotes=self.NOTES.format("endnote"),
        )
        found = reading.texts(content)
        assert found == [
            "Fast[1] and free[2]\n[1] Within the city.\n[2] From 5000 roubles.",
            "Always[i]\n[i] From 5000 roubles.",
            "Heading > [1] Within the city.",
            "Heading > Cell[2]\n[2] From 5000 roubles.",
        ]


def box(shape: str, text: str = "Seen") -> str:
    """A text box with white letters in a shape."""
    content = f"<w:txbxContent>{paragraph(run(text, WHITE))}</w:txbxContent>"
    return paragraph(f"<w:r>{shape.format(content)}</w:r>")


def drawn(fill: str, around: str = "{}") -> str:
    shape = f"<wps:wsp><wps:spPr>{fill}</wps:spPr><wps:txbx>{{}}</wps:txbx></wps:wsp>"
    return f"<w:drawing>{around.format(shape)}</w:drawing>"


class TestWhiteText:
    @pytest.mark.parametrize(
        "ground",
        [
            box(drawn('<a:solidFill><a:srgbClr val="C00000"/></a:solidFill>')),
            box(drawn('<a:solidFill><a:schemeClr val="accent1"/></a:solidFill>')),
            box(drawn("<a:gradFill/>")),
            box(drawn("<a:noFill/>", "<wpg:wgp><pic:pic/>{}</wpg:wgp>")),
            box('<w:pict><v:rect fillcolor="#c00000"><v:textbox>{}</v:textbox></v:rect></w:pict>'),
            paragraph(run("Seen", WHITE), '<w:shd w:fill="000080"/>'),
            paragraph(run("Seen", WHITE), '<w:pStyle w:val="Banner"/>'),
            paragraph(run("Seen"), '<w:pStyle w:val="WhiteBanner"/>'),
            paragraph(run("Seen", WHITE + '<w:rStyle w:val="Marked"/>')),
            paragraph(run("Seen", WHITE + '<w:highlight w:val="red"/>')),
        ],
    )
    def test_on_a_coloured_ground_is_read(self, reading: Reading, ground: str) -> None:
        shading = '<w:pPr><w:shd w:fill="000080"/></w:pPr>'
        styles = (
            f'<w:style w:styleId="Banner">{shading}</w:style>'
            f'<w:style w:styleId="WhiteBanner"><w:basedOn w:val="Banner"/><w:rPr>{WHITE}</w:rPr>'
            '</w:style><w:style w:styleId="Marked"><w:rPr><w:shd w:fill="00FF00"/></w:rPr>'
            "</w:style>"
        )
        assert reading.texts(a_word_file(ground, styles=styles)) == ["Seen"]
        assert not reading.dropped[DroppedKind.HIDDEN_TEXT]

    @pytest.mark.parametrize(
        "ground",
        [
            box(drawn("<a:noFill/>")),
            box(drawn('<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>')),
            box("<w:pict><v:rect><v:textbox>{}</v:textbox></v:rect></w:pict>"),
            box('<w:pict><v:rect fillcolor="red" filled="f">{}</v:rect></w:pict>'),
            paragraph(run("Seen", WHITE), '<w:shd w:fill="FFFFFF"/>'),
            paragraph(run("Seen", WHITE + '<w:highlight w:val="white"/>')),
            paragraph(run("Seen"), '<w:pStyle w:val="White"/>'),
            paragraph(run("Seen", '<w:rStyle w:val="White"/>')),
            paragraph(run("Seen"), '<w:pStyle w:val="Gone"/>'),
        ],
    )
    def test_on_white_is_dropped_and_counted(self, reading: Reading, ground: str) -> None:
        styles = (
            f'<w:style w:styleId="White"><w:rPr>{WHITE}</w:rPr></w:style>'
            '<w:style w:styleId="Gone"><w:rPr><w:vanish/></w:rPr></w:style>'
        )
        assert reading.texts(a_word_file(ground, styles=styles)) == []
        assert reading.dropped[DroppedKind.HIDDEN_TEXT] == 1


class TestPackage:
    @pytest.mark.parametrize(
        "content",
        [
            a_word_file(numbered("Text."), numbering=CLAUSES, strict=True),
            a_word_file(numbered("Text."), numbering=CLAUSES, main="document2"),
            with_backslashes(a_word_file(numbered("Text."), numbering=CLAUSES)),
        ],
        ids=["strict", "another main part", "backslashes"],
    )
    def test_of_every_writer_is_read(self, reading: Reading, content: bytes) -> None:
        assert reading.texts(content) == ["1. Text."]

    def test_of_a_workbook_may_have_backslashes(self, reading: Reading) -> None:
        content = with_backslashes(files.an_xlsx([["Node", "Town"], ["db-1", "Kazan"]]))
        assert reading.texts(content, Format.XLSX) == ["db-1 > Node: db-1\nTown: Kazan"]

    def test_counts_what_is_beside_the_text(self, reading: Reading) -> None:
        drawing = "<w:r><w:drawing>{}</w:drawing></w:r>"
        body = paragraph(
            drawing.format("<pic:pic/>")
            + drawing.format("<c:chart/>")
            + "<w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
            + run("new")
        )
        content = a_word_file(
            body, header=paragraph("On every page"), comments="<w:comment/><w:comment/>"
        )
        assert reading.texts(content) == ["new"]
        assert reading.dropped == {
            DroppedKind.PICTURES: 1,
            DroppedKind.CHARTS: 1,
            DroppedKind.DELETED_TEXT: 1,
            DroppedKind.PAGE_HEADERS: 1,
            DroppedKind.COMMENTS: 2,
        }
