"""What each format's contract says is read is read, and what it says is dropped is dropped."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mara.documents.service.formats import CONTRACTS
from mara.extraction.extractor import ChildProcessExtractor
from mara.extraction.model import Block, DroppedKind, Extraction, Format, Place
from tests.support import files, papers, word

RUSSIAN = "Перезапустите сервис, если очередь растёт."
ENCODINGS = ["utf-8", "utf-16", "cp1251", "koi8-r"]


@dataclass(frozen=True, slots=True)
class Proof:
    """A file that has what a line of the contract speaks of, and what is dropped of it."""

    file: Callable[[], bytes]
    blocks: tuple[tuple[str, Place], ...] = ()
    """These are among what was read, word for word."""
    absent: tuple[str, ...] = field(default=())
    count: int | None = None
    """How many are counted as dropped; ``None`` where the kind is not counted."""


def encoded(before: str = "", after: str = "") -> list[Proof]:
    text = f"{before}{RUSSIAN}{after}"
    return [
        Proof(lambda encoding=encoding: text.encode(encoding))  # type: ignore[misc]
        for encoding in ENCODINGS
    ]


def under(*headings: str, row: int | None = None) -> Place:
    return Place(headings=headings, row=row)


def delimited(delimiter: str) -> Proof:
    rows = f"Alert{delimiter}Action\nDisk{delimiter}Prune\n"
    return Proof(rows.encode, (("Alert: Disk\nAction: Prune", under("Disk", row=2)),))


DISK = ("Alert: Disk\nAction: Prune", under("Runbook", "Disk", row=2))
PAGES = (("First steps.", Place(1, headings=("About First",))),)
SEEN_PDF = (("What everybody sees.", Place(1)),)
SECRETS = ("instruction",)
SHEET_ROW = ("Alert: Disk\nAction: Prune", Place(sheet="Plan", row=3, headings=("Disk",)))
SHEET_LINK, SHEET_MERGED, SHEET_TOTAL = (
    Place(sheet="Shares", row=row, headings=(name,))
    for row, name in enumerate([*["Cable (https://example.org/cable)"] * 2, "Total"], 2)
)

PROOFS: dict[Format, dict[str, list[Proof]]] = {
    Format.PDF: {
        "text of every page, with its number": [
            Proof(
                lambda: files.a_pdf("First steps.", "Second steps."),
                (*PAGES, ("Second steps.", Place(2, headings=("About Second",)))),
            )
        ],
        "headings, told by their larger type or by the table of contents": [
            Proof(lambda: files.a_pdf("First steps."), PAGES),
            Proof(
                papers.a_pdf_with_contents,
                (("Leave by the gate.", Place(2, headings=("Evacuation",))),),
            ),
        ],
        "lists and tables, a line each": [
            Proof(papers.a_pdf_with_a_list, (("1. Look.\n2. Prune.\nDisk 80 %", Place(1)),))
        ],
        "columns of running text, one after the other": [
            Proof(
                papers.a_pdf_with_columns, (("\n".join([*papers.LEFT, *papers.RIGHT]), Place(1)),)
            )
        ],
        "words and sentences that go on over the end of a line or a page": [
            Proof(
                papers.a_pdf_whose_sentence_goes_on,
                (("Start the procedure and\ncall the foreman.", Place(1)),),
            )
        ],
        "values of form fields, beside their labels": [
            Proof(papers.a_pdf_with_a_field, (("Employee: Anna", Place(1)),))
        ],
        DroppedKind.PICTURES: [Proof(papers.a_pdf_with_a_picture, SEEN_PDF, ("drawn",), 1)],
        DroppedKind.HIDDEN_TEXT: [
            Proof(
                papers.a_pdf_with_hidden_text,
                (("What everybody sees.\nWhite on blue.", Place(1)),),
                SECRETS,
                6,
            )
        ],
        DroppedKind.UNREADABLE_TEXT: [
            Proof(papers.a_pdf_with_unreadable_text, SEEN_PDF, ("gateway",), 1)
        ],
        DroppedKind.UNRECOGNIZED_PAGES: [
            Proof(papers.a_pdf_with_a_scanned_page, (("What is typed.", Place(2)),), (), 1)
        ],
        DroppedKind.PAGE_HEADERS: [Proof(papers.a_pdf_with_edges, (), (), 1)],
        DroppedKind.PAGE_FOOTERS: [Proof(papers.a_pdf_with_edges, (), ("Page",), 2)],
        DroppedKind.COMMENTS: [Proof(papers.a_pdf_with_extras, SEEN_PDF, SECRETS, 3)],
        DroppedKind.FORM_FIELDS: [Proof(papers.a_pdf_with_extras, SEEN_PDF, SECRETS, 1)],
        DroppedKind.DAMAGED_PAGES: [
            Proof(
                papers.a_pdf_with_a_damaged_page,
                (("Second steps.", Place(2, headings=("About Second",))),),
                (),
                1,
            )
        ],
        DroppedKind.SCRIPTS: [Proof(papers.a_pdf_with_extras, SEEN_PDF, SECRETS, 1)],
        DroppedKind.ATTACHMENTS: [Proof(papers.a_pdf_with_extras, SEEN_PDF, SECRETS, 1)],
    },
    Format.DOCX: {
        "paragraphs under their headings, text boxes and insertions included": [
            Proof(
                papers.a_docx,
                (
                    ("Prune the backups.", under("Runbook")),
                    ("Words in a box.", under("Runbook")),
                    ("It was inserted.", under("Runbook")),
                    ("A field of a form.", under("Runbook")),
                ),
            )
        ],
        "lists, an item a line": [
            Proof(
                papers.a_docx,
                (("- first", under("Runbook")), ("  - second", under("Runbook"))),
            )
        ],
        "table rows with their headers, merged cells repeated": [
            Proof(
                papers.a_docx,
                (DISK, ("Alert: Disk\nAction: Grow", under("Runbook", "Disk", row=3))),
            )
        ],
        "automatic numbers of clauses and headings": [
            Proof(papers.a_contract, (("1.1. It is paid monthly.", under("Chapter I. Rent")),))
        ],
        "footnotes and endnotes, below the paragraph that refers to them": [
            Proof(
                papers.a_contract,
                (("Free[1]\n[1] From 5000 roubles.", under("Chapter I. Rent")),),
            )
        ],
        "addresses of links, ticked boxes and chosen entries of forms": [
            Proof(papers.a_contract, (("☑ guide (https://e.org/x)", under("Chapter I. Rent")),))
        ],
        DroppedKind.PICTURES: [Proof(papers.a_contract, (), ("drawn",), 1)],
        DroppedKind.CHARTS: [Proof(papers.a_contract, (), ("drawn",), 1)],
        DroppedKind.PAGE_HEADERS: [Proof(papers.a_docx, (), ("on every page",), 1)],
        DroppedKind.PAGE_FOOTERS: [Proof(papers.a_docx, (), ("on every page",), 1)],
        DroppedKind.COMMENTS: [Proof(papers.a_docx, (), ("remarked",), 1)],
        DroppedKind.DELETED_TEXT: [Proof(papers.a_docx, (), ("deleted",), 1)],
        DroppedKind.HIDDEN_ROWS: [Proof(papers.a_contract, (), SECRETS, 1)],
        DroppedKind.SYMBOLS: [Proof(papers.a_contract, (), (), 1)],
        DroppedKind.HIDDEN_TEXT: [
            Proof(
                papers.a_docx,
                (("White on blue.", under("Runbook")),),
                SECRETS,
                3,
            )
        ],
    },
    Format.XLSX: {
        "rows with the headers of their columns, their sheet and their number": [
            Proof(papers.an_xlsx, (SHEET_ROW,))
        ],
        "formulas that were never computed, named as such": [
            Proof(
                papers.an_xlsx_of_formats,
                (("Item: Total\nShare: [not computed: =SUM(B2:B3)]", SHEET_TOTAL),),
            )
        ],
        "addresses of links, and merged cells in each of their rows": [
            Proof(
                papers.an_xlsx_of_formats,
                (
                    ("Item: Cable (https://example.org/cable)\nShare: 7.5%", SHEET_LINK),
                    ("Item: Cable (https://example.org/cable)\nShare: 15.0%", SHEET_MERGED),
                ),
            )
        ],
        "values as they were computed last, numbers and dates in the format of their cell": [
            Proof(
                papers.an_xlsx,
                (("Alert: Total\nAction: 42", Place(sheet="Plan", row=5, headings=("Total",))),),
            )
        ],
        DroppedKind.FORMULAS: [Proof(papers.an_xlsx, (), ("SUM(",), 1)],
        DroppedKind.UNCOMPUTED_FORMULAS: [Proof(papers.an_xlsx_of_formats, count=1)],
        DroppedKind.CHARTS: [Proof(papers.an_xlsx_with_drawings, (), ("graph",), 1)],
        DroppedKind.PICTURES: [Proof(papers.an_xlsx_with_drawings, (), ("drawn",), 2)],
        DroppedKind.TEXT_BOXES: [Proof(papers.an_xlsx_with_drawings, (), ("note",), 1)],
        DroppedKind.COMMENTS: [Proof(papers.an_xlsx, (), ("remarked",), 1)],
        DroppedKind.HIDDEN_SHEETS: [Proof(papers.an_xlsx, (), SECRETS, 1)],
        DroppedKind.HIDDEN_ROWS: [Proof(papers.an_xlsx, (), SECRETS, 1)],
        DroppedKind.HIDDEN_COLUMNS: [Proof(papers.an_xlsx, (), SECRETS, 1)],
        DroppedKind.REPEATED_HEADERS: [Proof(papers.an_xlsx_of_pages, (), ("Action: Action",), 2)],
    },
    Format.CSV: {
        "rows with the headers of their columns, and their number": [delimited(",")],
        "commas, semicolons, tabs or bars between cells": [delimited(mark) for mark in ",;\t|"],
        "UTF-8, UTF-16, CP1251 and KOI8-R": encoded("Что;Как\nОчередь;", "\n"),
    },
    Format.MD: {
        "paragraphs, lists and code under their headings": [
            Proof(
                papers.A_MARKDOWN.encode,
                (
                    ("Prune the backups.", under("Runbook")),
                    ("- first\n- second", under("Runbook", "Steps")),
                    ("```\n<!-- shown -->\n```", under("Runbook", "Steps")),
                ),
            )
        ],
        "table rows with their headers": [Proof(papers.A_MARKDOWN.encode, (DISK,))],
        "UTF-8, UTF-16, CP1251 and KOI8-R": encoded("# Очередь\n\n"),
        DroppedKind.FRONT_MATTER: [Proof(papers.A_MARKDOWN.encode, (), ("draft",), 1)],
        DroppedKind.COMMENTS: [Proof(papers.A_MARKDOWN.encode, (), SECRETS, 2)],
        DroppedKind.PICTURES: [
            Proof(papers.A_MARKDOWN.encode, (("![a graph](graph.png)", under("Runbook")),), (), 1)
        ],
    },
    Format.TXT: {
        "paragraphs": [Proof("one\ntwo\n\nthree".encode, (("one\ntwo", Place()),))],
        "UTF-8, UTF-16, CP1251 and KOI8-R": encoded(),
    },
}


PLAIN: dict[Format, tuple[bytes, dict[DroppedKind, int]]] = {
    Format.PDF: (files.a_pdf("First steps."), {}),
    Format.DOCX: (word.a_word_file(word.paragraph("First steps.")), {}),
    Format.XLSX: (files.an_xlsx([["Alert"], ["Disk"]]), {DroppedKind.HIDDEN_SHEETS: 1}),
    Format.MD: (b"First steps.", {}),
    Format.CSV: (b"Alert,Action\nDisk,Prune\n", {}),
    Format.TXT: (b"First steps.", {}),
}
"""Files that have next to nothing that is dropped, and the counts of what they have."""


def extract(content: bytes, format: Format, folder: Path) -> Extraction:
    path = folder / "file"
    path.write_bytes(content)
    return ChildProcessExtractor().extract(path, format)


class TestContract:
    def test_has_a_proof_of_every_line(self) -> None:
        for known, contract in CONTRACTS.items():
            assert set(PROOFS[known]) == {*contract.read, *contract.dropped}

    @pytest.mark.parametrize("format", CONTRACTS)
    def test_counts_zero_of_what_a_file_does_not_have(self, format: Format, tmp_path: Path) -> None:
        content, counts = PLAIN[format]
        nothing = dict.fromkeys(CONTRACTS[format].dropped, 0)
        assert extract(content, format, tmp_path).dropped == {**nothing, **counts}

    @pytest.mark.parametrize(
        ("format", "line"), [(known, line) for known, lines in PROOFS.items() for line in lines]
    )
    def test_is_kept(self, format: Format, line: str, tmp_path: Path) -> None:
        for proof in PROOFS[format][line]:
            found = extract(proof.file(), format, tmp_path)
            for text, place in proof.blocks:
                assert Block(text, place) in found.blocks
            if proof.count is not None:
                assert found.dropped[DroppedKind(line)] == proof.count
            everything = "\n".join(f"{b.place.headings} {b.text}" for b in found.blocks)
            assert not [secret for secret in proof.absent if secret in everything]
            if "CP1251" in line:
                assert RUSSIAN in everything
