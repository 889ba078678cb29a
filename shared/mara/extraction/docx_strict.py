"""Opens parts of Word files, also of the variant Strict (ISO/IEC 29500).

It has the same element names in other namespaces: they are replaced, so that the readers know one
set of names.
"""

import io
import zipfile
from typing import IO

_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/math",
        b"http://schemas.openxmlformats.org/officeDocument/2006/math",
    ),
    (
        b"http://purl.oclc.org/ooxml/drawingml/main",
        b"http://schemas.openxmlformats.org/drawingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/drawingml/chart",
        b"http://schemas.openxmlformats.org/drawingml/2006/chart",
    ),
    (
        b"http://purl.oclc.org/ooxml/drawingml/picture",
        b"http://schemas.openxmlformats.org/drawingml/2006/picture",
    ),
)
_HEAD = 4096


def open_part(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Open a part with the namespaces of the usual variant. Raises KeyError if it is missing."""
    with archive.open(name) as part:
        is_strict = _STRICT in part.read(_HEAD)
    if not is_strict:
        return archive.open(name)
    content = archive.read(name)
    for strict, transitional in _TRANSITIONAL:
        content = content.replace(strict, transitional)
    return io.BytesIO(content)
