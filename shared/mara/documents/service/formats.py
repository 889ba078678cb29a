"""Which files are taken, by their names, and what is read from each."""

import unicodedata
from pathlib import PurePosixPath

from mara.documents.errors import InvalidFilename, UnsupportedFormat
from mara.documents.model import Contract, Format

FILENAME_LENGTH_MAX = 255

MEDIA_TYPES = {
    Format.PDF: "application/pdf",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.TXT: "text/plain",
    Format.MD: "text/markdown",
    Format.CSV: "text/csv",
}
ENDINGS = {**{f".{known.value}": known for known in Format}, ".markdown": Format.MD}

CONTRACTS = {
    Format.PDF: Contract(
        read=("text of every page, with its number", "headings, told by their larger type"),
        dropped=("pictures", "hidden, tiny and off-page text", "comments", "forms and scripts"),
    ),
    Format.DOCX: Contract(
        read=("paragraphs and lists under their headings", "table rows with their headers"),
        dropped=("pictures", "headers, footers and notes", "comments", "hidden text"),
    ),
    Format.XLSX: Contract(
        read=("rows of visible sheets with their headers, sheet and number", "computed values"),
        dropped=("formulas", "charts and pictures", "hidden sheets", "comments"),
    ),
    Format.CSV: Contract(read=("rows with their headers and number",), dropped=()),
    Format.MD: Contract(
        read=("paragraphs, lists and code under their headings",),
        dropped=("front matter", "HTML comments", "pictures"),
    ),
    Format.TXT: Contract(read=("paragraphs; UTF-8, UTF-16, CP1251, KOI8-R",), dropped=()),
}


def clean_filename(name: str) -> str:
    """The last part of the path, in Unicode's composed form. Raises InvalidFilename."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not base or base in {".", ".."}:
        raise InvalidFilename("Give the file a name.")
    if len(base) > FILENAME_LENGTH_MAX:
        raise InvalidFilename(f"A name may have {FILENAME_LENGTH_MAX} characters.")
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs"} for letter in base):
        raise InvalidFilename("Control characters are not allowed in a name.")
    return base


def format_of(filename: str) -> Format:
    """Raises UnsupportedFormat."""
    found = ENDINGS.get(PurePosixPath(filename).suffix.lower())
    if found is None:
        known = ", ".join(sorted(ENDINGS))
        raise UnsupportedFormat(f"The name must end in one of {known}.")
    return found
