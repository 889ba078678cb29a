"""Maps each format to its reader, which is imported when it is needed."""

from collections.abc import Callable, Iterator
from pathlib import Path

from mara.extraction import limits
from mara.extraction.errors import Unreadable
from mara.extraction.guards import check_signature, check_zip
from mara.extraction.model import Block, Dropped, Format
from mara.extraction.ocr import OcrEngine, Recognition
from mara.extraction.records import Record, records_of

Reading = tuple[int | None, Iterator[Record]]
"""The number of pages or sheets, if the format has any, and the records in reading order."""
Reader = Callable[[Path, Dropped], Reading]
"""Reads a file, and counts what it leaves out while the records are consumed."""


def read(
    path: Path, format: Format, dropped: Dropped, recognition: Recognition | None = None
) -> Reading:
    """Check and read a file, and count what is ``dropped``; pages without text are recognised.

    Raises Unreadable, and whatever a parser raises for a broken file.
    """
    check_signature(path, format)
    if format in {Format.DOCX, Format.XLSX}:
        path = check_zip(path, format)
    return reader_of(format, recognition)(path, dropped)


def reader_of(format: Format, recognition: Recognition | None = None) -> Reader:
    """The reader of a format, with its libraries loaded."""
    if format is Format.PDF:
        from mara.extraction.pdf import read_pdf

        return lambda path, dropped: _as_reading(*read_pdf(path, dropped, recognition))
    if format is Format.DOCX:
        from mara.extraction.docx import read_docx

        return lambda path, dropped: _as_reading(None, read_docx(path, dropped))
    if format is Format.XLSX:
        from mara.extraction.xlsx import read_xlsx

        return read_xlsx
    return _text_reader_of(format)


def warm_up(format: Format) -> None:
    """Load what the reader of a format needs, and run it once where that loads more."""
    reader_of(format)
    if format is Format.PDF:
        from mara.extraction.pdf import warm_up

        warm_up()


def _as_reading(pages: int | None, blocks: Iterator[Block]) -> Reading:
    return pages, records_of(blocks)


def _text_reader_of(format: Format) -> Reader:
    from mara.extraction.text import decode

    read_text = _text_blocks_of(format)

    def reader(path: Path, dropped: Dropped) -> Reading:
        if path.stat().st_size > limits.TEXT_BYTES_MAX:
            detail = f"At most {limits.TEXT_BYTES_MAX} bytes of text are read."
            raise Unreadable("too_large", detail)
        return _as_reading(None, read_text(decode(path.read_bytes()), dropped))

    return reader


def _text_blocks_of(format: Format) -> Callable[[str, Dropped], Iterator[Block]]:
    if format is Format.CSV:
        from mara.extraction.csv_tables import read_csv

        return lambda text, _: read_csv(text)
    if format is Format.MD:
        from mara.extraction.markdown import read_markdown

        return read_markdown
    from mara.extraction.text import read_plain

    return lambda text, _: read_plain(text)


def engine_of(name: str) -> OcrEngine | None:
    """Return the engine of the setting ``MARA_OCR``; ``None`` if it is empty."""
    if not name:
        return None
    from mara.extraction.tesseract import Tesseract

    return {"tesseract": Tesseract}[name]()
