"""Maps each format to its reader, which is imported when it is needed."""

from collections.abc import Callable, Iterator
from pathlib import Path

from mara.extraction import limits
from mara.extraction.errors import Unreadable
from mara.extraction.guards import check_signature, check_zip
from mara.extraction.model import Block, Format
from mara.extraction.records import Record, records_of

Reading = tuple[int | None, Iterator[Record]]
"""The number of pages or sheets, if the format has any, and the records in reading order."""
Reader = Callable[[Path], Reading]


def read(path: Path, format: Format) -> Reading:
    """Check and read a file. Raises Unreadable, and whatever a parser raises for a broken file."""
    check_signature(path, format)
    if format in {Format.DOCX, Format.XLSX}:
        check_zip(path, format)
    return reader_of(format)(path)


def reader_of(format: Format) -> Reader:
    """The reader of a format, with its libraries loaded."""
    if format is Format.PDF:
        from mara.extraction.pdf import read_pdf

        return lambda path: _as_reading(*read_pdf(path))
    if format is Format.DOCX:
        from mara.extraction.docx import read_docx

        return lambda path: _as_reading(None, read_docx(path))
    if format is Format.XLSX:
        from mara.extraction.xlsx import read_xlsx

        return read_xlsx
    return _text_reader_of(format)


def _as_reading(pages: int | None, blocks: Iterator[Block]) -> Reading:
    return pages, records_of(blocks)


def _text_reader_of(format: Format) -> Reader:
    from mara.extraction.text import decode, read_plain

    read_text = read_plain
    if format is Format.CSV:
        from mara.extraction.tables import read_csv as read_text
    elif format is Format.MD:
        from mara.extraction.markdown import read_markdown as read_text

    def reader(path: Path) -> Reading:
        if path.stat().st_size > limits.TEXT_BYTES_MAX:
            detail = f"At most {limits.TEXT_BYTES_MAX} bytes of text are read."
            raise Unreadable("too_large", detail)
        return _as_reading(None, read_text(decode(path.read_bytes())))

    return reader
