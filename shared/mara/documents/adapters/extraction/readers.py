"""Which reader reads which format; each is imported only when it is needed."""

from collections.abc import Iterator
from pathlib import Path

from mara.documents.adapters.extraction import limits
from mara.documents.adapters.extraction.guards import check_signature, check_zip
from mara.documents.errors import Unreadable
from mara.documents.model import Block, Format

Reading = tuple[int | None, Iterator[Block]]
"""Pages or sheets, where the format has such, and the blocks in reading order."""


def read(path: Path, format: Format) -> Reading:
    """Raises Unreadable, and whatever a reader raises on a broken file."""
    check_signature(path, format)
    if format in {Format.DOCX, Format.XLSX}:
        check_zip(path, format)
    if format is Format.PDF:
        from mara.documents.adapters.extraction.pdf import read_pdf

        return read_pdf(path)
    if format is Format.DOCX:
        from mara.documents.adapters.extraction.docx import read_docx

        return None, read_docx(path)
    if format is Format.XLSX:
        from mara.documents.adapters.extraction.tables import read_xlsx

        return read_xlsx(path)
    return _read_text(path, format)


def _read_text(path: Path, format: Format) -> Reading:
    from mara.documents.adapters.extraction.text import decode, read_plain

    if path.stat().st_size > limits.TEXT_BYTES_MAX:
        raise Unreadable("too_large", f"At most {limits.TEXT_BYTES_MAX} bytes of text are read.")
    text = decode(path.read_bytes())
    if format is Format.CSV:
        from mara.documents.adapters.extraction.tables import read_csv

        return None, read_csv(text)
    if format is Format.MD:
        from mara.documents.adapters.extraction.markdown import read_markdown

        return None, read_markdown(text)
    return None, read_plain(text)
