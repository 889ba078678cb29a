"""The readers of text formats: encodings, Markdown, tables."""

import pytest

from mara.extraction.csv_tables import read_csv
from mara.extraction.markdown import read_markdown
from mara.extraction.model import Dropped, DroppedKind
from mara.extraction.tables import read_rows
from mara.extraction.text import decode, read_plain

RUSSIAN = "Перезапустите сервис, если очередь не пустеет.\r\nПотом проверьте её ещё раз.\n"
MARKDOWN = """---
status: hidden
---
# Runbook
Intro.

## Meaning
<!-- a comment -->
First paragraph
on two lines.

```sh
# no heading
ls

```
## Empty
Under
-----
text
"""


class TestDecode:
    @pytest.mark.parametrize(
        "encoding",
        ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-r", "cp866"],
    )
    def test_reads_russian_in_every_encoding_it_comes_in(self, encoding: str) -> None:
        assert decode((RUSSIAN * 3).encode(encoding)) == (RUSSIAN * 3).replace("\r\n", "\n")

    @pytest.mark.parametrize("content", [b"", b"\x00", b"\xff", b"\xff\xfe", bytes(range(256))])
    def test_never_fails(self, content: bytes) -> None:
        decode(content)

    @pytest.mark.parametrize(
        "sentence",
        [
            "Щука",
            "ВНИМАНИЕ",
            "Что делать, если очередь растёт?",
            "Файл объёмом 5 ГБ",
            "ОТКЛЮЧИТЕ ПИТАНИЕ СЕРВЕРА",
            "съешь же ещё этих мягких французских булок",
            "Restart the service: перезапустите сервис Billing",
        ],
    )
    def test_tells_cp1251_from_koi8_r_by_one_sentence(self, sentence: str) -> None:
        for encoding in ("cp1251", "koi8-r", "utf-8"):
            assert decode(sentence.encode(encoding)) == sentence

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
    @pytest.mark.parametrize("text", [RUSSIAN.strip(), "Restart the queue, then wait."])
    def test_reads_utf_16_that_was_cut_within_a_letter(self, encoding: str, text: str) -> None:
        assert decode(text.encode(encoding)[:-1]).startswith(text[:-1].replace("\r\n", "\n"))
        assert decode(text.encode(encoding) + b"\x1f").startswith(text.replace("\r\n", "\n"))

    @pytest.mark.parametrize("length", [3, 4, 999, 1000])
    def test_reads_nothing_of_zeros(self, length: int) -> None:
        assert decode(bytes(length)) == ""

    def test_reads_utf_8_that_was_cut_within_a_letter(self) -> None:
        assert decode((RUSSIAN.strip() * 9).encode()[:-2]).startswith("Перезапустите")


class TestPlain:
    def test_paragraphs_are_blocks(self) -> None:
        assert [b.text for b in read_plain("a\nb\n\n \n\nc")] == ["a\nb", "c"]


class TestMarkdown:
    def test_blocks_stand_under_their_path_of_headings(self) -> None:
        found = [(b.place.headings, b.text) for b in read_markdown(MARKDOWN)]
        assert found == [
            (("Runbook",), "Intro."),
            (("Runbook", "Meaning"), "First paragraph\non two lines."),
            (("Runbook", "Meaning"), "```sh\n# no heading\nls\n\n```"),
            (("Runbook", "Empty"), "Empty"),
            (("Runbook", "Under"), "text"),
        ]

    def test_an_open_fence_loses_nothing(self) -> None:
        assert [b.text for b in read_markdown("```\nx\n# y")] == ["```\nx\n# y"]

    @pytest.mark.parametrize(
        "metadata",
        [
            "---\ntitle: Disk full\ntags: [a,\n  b]\nlist:\n- x\n# note\n---\n",
            '---\nweight: 3\ntitle: "Disk full"  # short\n...\n',
            "---\ntitle: >-\n  Disk\n  full\n\ndraft: true\n---\n",
            "+++\ntitle = 'Disk full'\n[extra]\nweight = 3\n+++\n",
        ],
    )
    def test_the_title_in_front_matter_is_the_title_of_the_document(self, metadata: str) -> None:
        dropped = Dropped()
        found = list(read_markdown(f"{metadata}Intro.\n\n## Fix\nPrune.", dropped))
        assert [(b.place.headings, b.text) for b in found] == [
            (("Disk full",), "Intro."),
            (("Disk full", "Fix"), "Prune."),
        ]
        assert dropped[DroppedKind.FRONT_MATTER] == 1

    def test_a_title_that_the_first_heading_repeats_is_there_once(self) -> None:
        found = read_markdown("---\ntitle: Disk full\n---\n# DiskFull\n## Fix\nPrune.\n# More\nx")
        assert [(b.place.headings, b.text) for b in found] == [
            (("DiskFull",), "DiskFull"),
            (("DiskFull", "Fix"), "Prune."),
            (("More",), "x"),
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "---\n\nShown.\n\n---\n\nMore.\n",
            "---\n- Shown.\n---\n\nMore.\n",
            "***\nShown.\n\n___\nMore.\n",
            "---\ntitle: x\n\nShown.\n\nMore.\n",
        ],
    )
    def test_a_rule_at_the_top_hides_nothing(self, text: str) -> None:
        dropped = Dropped()
        shown = "\n".join(block.text for block in read_markdown(text, dropped))
        assert "Shown." in shown
        assert "More." in shown
        assert "---" not in shown
        assert not dropped[DroppedKind.FRONT_MATTER]

    @pytest.mark.parametrize("rule", ["---", "***", "* * *", "_____", "- - -"])
    def test_a_rule_ends_a_list_and_is_no_text(self, rule: str) -> None:
        found = [b.text for b in read_markdown(f"# Ports\n\n- first\n{rule}\n\nAfter.\n")]
        assert found == ["- first", "After."]

    def test_a_heading_of_two_lines_is_underlined(self) -> None:
        found = [(b.place.headings, b.text) for b in read_markdown("Disk\nfull\n===\nPrune.")]
        assert found == [(("Disk full",), "Prune.")]

    @pytest.mark.parametrize("indent", ["", "  ", "    ", "\t"])
    def test_code_of_a_list_item_has_no_headings(self, indent: str) -> None:
        text = (
            f"1. Run\n{indent}```sh\n# comment\nmake\n{indent}```\n\n## Next\n`x` ```y```\n# End\nz"
        )
        assert [(b.place.headings, "# comment\nmake" in b.text) for b in read_markdown(text)] == [
            ((), True),
            (("Next",), False),
            (("End",), False),
        ]


class TestTables:
    """Invariant 11: tables keep their headers, a row knows its sheet and number."""

    def test_every_row_has_the_headers_of_its_cells(self) -> None:
        rows = [["Report of May"], ["Alert", "Action"], ["DiskFull", "Prune"], ["", ""], ["Slow"]]
        found = list(read_rows(rows, sheet="S", first_row=3))
        assert [(b.place.row, b.text) for b in found] == [
            (3, "Report of May"),
            (5, "Alert: DiskFull\nAction: Prune"),
            (7, "Alert: Slow"),
        ]
        assert found[1].place.sheet == "S"
        assert found[1].place.headings == ("DiskFull",)

    def test_csv_is_read_with_any_usual_delimiter(self) -> None:
        for delimiter in ",;\t":
            text = f"Alert{delimiter}Action\nDiskFull{delimiter}Prune\n"
            assert [b.text for b in read_csv(text)] == ["Alert: DiskFull\nAction: Prune"]

    def test_a_table_of_one_row_is_no_header(self) -> None:
        assert [b.text for b in read_csv("a,b\n")] == ["a\nb"]
