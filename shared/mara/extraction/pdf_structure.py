"""What pdfium does not show of a PDF: scripts wherever they are, and broken contents of pages.

pypdf shows the objects of a file. It takes longer than pdfium to open one, so it is asked only
where the bytes mention a script, and for pages on which pdfium found nothing.
"""

import re
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

SCRIPT = b"/JavaScript"
ENCRYPTED = b"/Encrypt"
OBJECT_STREAM = re.compile(rb"/ObjStm[^\x00]{0,400}?stream\r?\n")
OBJECT_STREAMS_MAX = 64 * 1024 * 1024
"""Bytes of objects that are decompressed to look for scripts."""
PIECE = 64 * 1024
OBJECTS_MAX = 200_000
"""Objects that are looked at for scripts."""
OPERATOR = re.compile(
    rb"(?:^|\s)(?:q|Q|cm|BT|ET|gs|w|J|j|M|d|ri|i|n|W\*?|re|m|l|c|h|BMC|BDC|EMC|g|G|rg|RG|k|K|cs|CS"
    rb"|sc|SC|scn|SCN|f\*?|S|s|B|Tf|Td|Tj|TJ|Tm|Do|sh)(?=\s|$)"
)
"""An operator of a content stream (ISO 32000-1, annex A)."""


def count_scripts(path: Path) -> int:
    """How many JavaScript actions the file has: on opening, of pages, fields and by name."""
    data = path.read_bytes()
    is_hidden = ENCRYPTED in data or any(SCRIPT in objects for objects in _object_streams(data))
    if SCRIPT not in data and not is_hidden:
        return 0
    reader = _opened(path)
    return sum(1 for _ in _scripts(reader)) if reader is not None else 0


def count_broken(path: Path, numbers: Collection[int]) -> int:
    """How many of these pages, on which pdfium found nothing, have contents that are broken."""
    reader = _opened(path) if numbers else None
    if reader is None:
        return 0
    return sum(_is_broken(reader, number) for number in numbers)


def _object_streams(data: bytes) -> Iterator[bytes]:
    """The objects of a file that are compressed together, in pieces."""
    view, left = memoryview(data), OBJECT_STREAMS_MAX
    for found in OBJECT_STREAM.finditer(data):
        inflated, position, objects = zlib.decompressobj(), found.end(), b""
        try:
            while not inflated.eof and position < len(view) and left > 0:
                piece = inflated.decompress(view[position : position + PIECE], left)
                objects, left = objects + piece, left - len(piece)
                position += PIECE
        except zlib.error:
            continue  # encrypted, or of another filter
        yield objects


def _opened(path: Path) -> Any:
    """The file in pypdf; ``None`` if it opens only in pdfium."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(path)
        is_open = not reader.is_encrypted or bool(reader.decrypt(""))
        is_open = is_open and reader.root_object is not None
    except (PyPdfError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
        return None
    return reader if is_open else None


def _scripts(reader: Any) -> Iterator[Any]:
    """Each JavaScript action that the catalog leads to, once."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    seen: set[int] = set()
    waiting: list[Any] = [reader.trailer.raw_get("/Root")]
    while waiting and len(seen) < OBJECTS_MAX:
        item = waiting.pop()
        if isinstance(item, IndirectObject):
            if item.idnum in seen:
                continue
            seen.add(item.idnum)
            item = _resolved(item)
        if isinstance(item, ArrayObject):
            waiting.extend(item)
        elif isinstance(item, DictionaryObject):
            if _resolved(item.get("/S")) == "/JavaScript":
                yield item
            waiting.extend(item.raw_get(key) for key in item)


def _is_broken(reader: Any, number: int) -> bool:
    from pypdf.errors import PyPdfError
    from pypdf.generic import ArrayObject, NullObject

    try:
        page = reader.pages[number]
        if "/Contents" not in page or isinstance(page.raw_get("/Contents"), NullObject):
            return False
        contents = _resolved(page.raw_get("/Contents"))
        parts = contents if isinstance(contents, ArrayObject) else [contents]
        return any(_is_broken_stream(_resolved(part)) for part in parts)
    except (PyPdfError, LookupError, TypeError, ValueError, AttributeError):
        return True


def _is_broken_stream(stream: Any) -> bool:
    """Whether the stream of a page without anything on it is no sequence of operators."""
    from pypdf.errors import PyPdfError
    from pypdf.generic import StreamObject

    if not isinstance(stream, StreamObject):
        return True
    try:
        if stream.get("/Filter") in ("/FlateDecode", ["/FlateDecode"]):
            content = zlib.decompress(stream._data)  # noqa: SLF001 - pypdf's own decoder repairs
        else:
            content = stream.get_data()
    except (PyPdfError, zlib.error, NotImplementedError, LookupError, TypeError, ValueError):
        return True
    return bool(content.strip()) and OPERATOR.search(content) is None


def _resolved(item: Any) -> Any:
    """The object that a reference leads to; ``None`` for one that is missing or broken."""
    from pypdf.errors import PyPdfError

    try:
        return item.get_object() if hasattr(item, "get_object") else item
    except (PyPdfError, LookupError, TypeError, ValueError, AttributeError):
        return None
