"""Names of members in zip files: some programs write backslashes, which the format forbids."""

import os
import zipfile
from pathlib import Path
from struct import Struct

_LOCAL = Struct("<26xHH")
"""The head of a member (APPNOTE.TXT, 4.3.7): the lengths of the name and of the extra field."""
_CENTRAL = Struct("<4s24xHHH12x")
"""The head of an entry of the central directory (APPNOTE.TXT, 4.3.12): its signature, and the
lengths of the name, the extra field and the comment, which follow it."""
_CENTRAL_SIGNATURE = b"PK\x01\x02"


def with_slashes(path: Path) -> Path:
    """The path of the same archive with slashes in its names; ``path`` itself if it has them.

    The copy is in memory and ends with this process. Raises BadZipFile and OSError.
    """
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        directory_at = archive.start_dir
    if not any("\\" in member.filename for member in members):
        return path
    content = bytearray(path.read_bytes())
    for member in members:
        length, _ = _LOCAL.unpack_from(content, member.header_offset)
        _replace(content, member.header_offset + _LOCAL.size, length)
    at = directory_at
    while content[at : at + 4] == _CENTRAL_SIGNATURE:
        _, name, extra, comment = _CENTRAL.unpack_from(content, at)
        _replace(content, at + _CENTRAL.size, name)
        at += _CENTRAL.size + name + extra + comment
    copy = os.memfd_create("archive")
    with os.fdopen(copy, "wb", closefd=False) as file:
        file.write(content)
    return Path(f"/proc/self/fd/{copy}")


def _replace(content: bytearray, start: int, length: int) -> None:
    content[start : start + length] = content[start : start + length].replace(b"\\", b"/")
