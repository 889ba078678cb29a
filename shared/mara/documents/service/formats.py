"""The supported formats by file extension, and what is read from each format."""

import unicodedata
from pathlib import PurePosixPath

from mara.documents.errors import EmptyFile, FileTooLarge, InvalidFilename, UnsupportedFormat
from mara.documents.model import SIZE_MAX, Contract
from mara.extraction.model import COUNTED, Format
from mara.kernel.text import UNUSABLE

FILENAME_LENGTH_MAX = 255

MEDIA_TYPES = {
    Format.PDF: "application/pdf",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.TXT: "text/plain",
    Format.MD: "text/markdown",
    Format.CSV: "text/csv",
}
SHOWN_AS = {
    **MEDIA_TYPES,
    **dict.fromkeys((Format.TXT, Format.MD, Format.CSV), "text/plain; charset=utf-8"),
}
"""The media type under which a browser may show a file: never one that can hold a script."""
ENDINGS = {**{f".{known.value}": known for known in Format}, ".markdown": Format.MD}

CONTRACTS = {
    Format.PDF: Contract(
        read=(
            "text of every page, with its number",
            "headings, told by their larger type or by the table of contents",
            "lists and tables, a line each",
            "columns of running text, one after the other",
            "words and sentences that go on over the end of a line or a page",
            "values of form fields, beside their labels",
        ),
        dropped=COUNTED[Format.PDF],
    ),
    Format.DOCX: Contract(
        read=(
            "paragraphs under their headings, text boxes and insertions included",
            "lists, an item a line",
            "automatic numbers of clauses and headings",
            "footnotes and endnotes, below the paragraph that refers to them",
            "addresses of links, ticked boxes and chosen entries of forms",
            "table rows with their headers, merged cells repeated",
        ),
        dropped=COUNTED[Format.DOCX],
    ),
    Format.XLSX: Contract(
        read=(
            "rows with the headers of their columns, their sheet and their number",
            "values as they were computed last, numbers and dates in the format of their cell",
            "formulas that were never computed, named as such",
            "addresses of links, and merged cells in each of their rows",
        ),
        dropped=COUNTED[Format.XLSX],
    ),
    Format.CSV: Contract(
        read=(
            "rows with the headers of their columns, and their number",
            "commas, semicolons, tabs or bars between cells",
            "UTF-8, UTF-16, CP1251 and KOI8-R",
        ),
        dropped=COUNTED[Format.CSV],
    ),
    Format.MD: Contract(
        read=(
            "paragraphs, lists and code under their headings",
            "table rows with their headers",
            "UTF-8, UTF-16, CP1251 and KOI8-R",
        ),
        dropped=COUNTED[Format.MD],
    ),
    Format.TXT: Contract(
        read=("paragraphs", "UTF-8, UTF-16, CP1251 and KOI8-R"),
        dropped=COUNTED[Format.TXT],
    ),
}


def clean_filename(name: str) -> str:
    """Return the last part of the path in Unicode normalization form C. Raises InvalidFilename."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not base or base in {".", ".."}:
        raise InvalidFilename("Give the file a name.")
    if len(base) > FILENAME_LENGTH_MAX:
        raise InvalidFilename(f"A name may have {FILENAME_LENGTH_MAX} characters.")
    if UNUSABLE.search(base) or _has_controls(base):
        raise InvalidFilename("Control characters are not allowed in a name.")
    return base


def _has_controls(name: str) -> bool:
    """Whether a name has control or format characters other than joiners of emoji and scripts."""
    if name.isascii():
        return not name.isprintable()
    # Imported here: most functions that have this module check no name.
    from mara.kernel.normalization import normalize

    shown = normalize(name)
    return any(
        category == "Cc" or (category == "Cf" and name.count(letter) > shown.count(letter))
        for letter in name
        if (category := unicodedata.category(letter)) in {"Cc", "Cf"}
    )


def check_filename(name: str) -> None:
    """Raises InvalidFilename, UnsupportedFormat."""
    format_of(clean_filename(name))


def check_size(size: int) -> None:
    """Check the size of a file in bytes. Raises EmptyFile, FileTooLarge."""
    if size == 0:
        raise EmptyFile("There is nothing to read in it.")
    if size > SIZE_MAX:
        raise FileTooLarge(f"A file may have {SIZE_MAX} bytes.")


def format_of(filename: str) -> Format:
    """Return the format of the file's extension. Raises UnsupportedFormat."""
    found = ENDINGS.get(PurePosixPath(filename).suffix.lower())
    if found is None:
        known = ", ".join(sorted(ENDINGS))
        raise UnsupportedFormat(f"The name must end in one of {known}.")
    return found
