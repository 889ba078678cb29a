"""What each format's contract says is read is read, and what it says is dropped is dropped."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mara.documents.service.formats import CONTRACTS
from mara.extraction.extractor import ChildProcessExtractor
from mara.extraction.model import Block, Extraction, Format, Place
from tests.support import files, papers

RUSSIAN = "Перезапустите сервис, если очередь растёт."
ENCODINGS = ["utf-8", "utf-16", "cp1251", "koi8-r"]


@dataclass(frozen=True, slots=True)
class Proof:
    """A file that has what a line of the contract speaks of."""

    file: Callable[[], bytes]
    blocks: tuple[tuple[str, Place], ...] = ()
    """These are among what was read, word for word."""
    absent: tuple[str, ...] = field(default=())


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

PROOFS: dict[Format, dict[str, list[Proof]]] = {
    Format.PDF: {
        "text of every page, with its number": [
            Proof(
                lambda: files.a_pdf("First steps.", "Second steps."),
                (*PAGES, ("Second steps.", Place(2, headings=("About Second",)))),
            )
        ],
        "headings, told by their larger type": [Proof(lambda: files.a_pdf("First steps."), PAGES)],
        "lists and tables, a line each": [
            Proof(papers.a_pdf_with_a_list, (("1. Look.\n2. Prune.\nDisk 80 %", Place(1)),))
        ],
        "pictures, and with them scanned text": [
            Proof(papers.a_pdf_with_a_picture, SEEN_PDF, ("drawn",))
        ],
        "text that nobody sees: invisible, white on white, tiny, off the page": [
            Proof(
                papers.a_pdf_with_hidden_text,
                (("What everybody sees.\nWhite on blue.", Place(1)),),
                SECRETS,
            )
        ],
        "comments, form fields, scripts and attached files": [
            Proof(papers.a_pdf_with_extras, SEEN_PDF, SECRETS)
        ],
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
        "pictures": [Proof(papers.a_docx, (), ("drawn",))],
        "page headers, page footers, footnotes and comments": [
            Proof(papers.a_docx, (), ("on every page", "remarked"))
        ],
        "deleted text": [Proof(papers.a_docx, (), ("deleted",))],
        "text that nobody sees: hidden, white on white, tiny": [
            Proof(
                papers.a_docx,
                (("White on blue.", under("Runbook")),),
                SECRETS,
            )
        ],
    },
    Format.XLSX: {
        "rows with the headers of their columns, their sheet and their number": [
            Proof(papers.an_xlsx, (SHEET_ROW,))
        ],
        "values as they were computed last": [
            Proof(
                papers.an_xlsx,
                (("Alert: Total\nAction: 42", Place(sheet="Plan", row=5, headings=("Total",))),),
            )
        ],
        "formulas, charts, pictures and comments": [
            Proof(papers.an_xlsx, (), ("SUM(", "remarked"))
        ],
        "hidden sheets, rows and columns, what a filter or a group hides included": [
            Proof(papers.an_xlsx, (), SECRETS)
        ],
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
        "front matter": [Proof(papers.A_MARKDOWN.encode, (), ("draft",))],
        "comments": [Proof(papers.A_MARKDOWN.encode, (), SECRETS)],
        "pictures, but not their words": [
            Proof(papers.A_MARKDOWN.encode, (("![a graph](graph.png)", under("Runbook")),))
        ],
    },
    Format.TXT: {
        "paragraphs": [Proof("one\ntwo\n\nthree".encode, (("one\ntwo", Place()),))],
        "UTF-8, UTF-16, CP1251 and KOI8-R": encoded(),
    },
}


def extract(content: bytes, format: Format, folder: Path) -> Extraction:
    path = folder / "file"
    path.write_bytes(content)
    return ChildProcessExtractor().extract(path, format)


class TestContract:
    def test_has_a_proof_of_every_line(self) -> None:
        for known, contract in CONTRACTS.items():
            assert set(PROOFS[known]) == {*contract.read, *contract.dropped}

    @pytest.mark.parametrize(
        ("format", "line"), [(known, line) for known, lines in PROOFS.items() for line in lines]
    )
    def test_is_kept(self, format: Format, line: str, tmp_path: Path) -> None:
        for proof in PROOFS[format][line]:
            found = extract(proof.file(), format, tmp_path)
            for text, place in proof.blocks:
                assert Block(text, place) in found.blocks
            everything = "\n".join(f"{b.place.headings} {b.text}" for b in found.blocks)
            assert not [secret for secret in proof.absent if secret in everything]
            if "CP1251" in line:
                assert RUSSIAN in everything
