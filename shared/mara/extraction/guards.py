"""Checks of a file before any parser reads it."""

import re
import zipfile
from pathlib import Path
from xml.etree.ElementTree import ParseError

from mara.extraction import limits
from mara.extraction.docx_package import MAIN_PART, main_part
from mara.extraction.errors import Unreadable
from mara.extraction.model import Format
from mara.extraction.zip_names import with_slashes

_CORRUPT = ("corrupt", "The file is damaged, or is not what its name says.")
_ENCRYPTED = ("encrypted", "The file is protected with a password: save it without.")
_TOO_LARGE = ("too_large", "The file unpacks to more than is allowed.")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of an encrypted OOXML file
_ENTITY = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_MAIN_PART = {Format.DOCX: MAIN_PART, Format.XLSX: "xl/workbook.xml"}
_HEAD = 64 * 1024


def check_signature(path: Path, format: Format) -> None:
    """Check the magic number of the format. Raises Unreadable."""
    with path.open("rb") as file:
        head = file.read(1024)
    if format in _MAIN_PART:
        if head.startswith(_OLE):
            raise Unreadable(*_ENCRYPTED)
        if not head.startswith(b"PK"):
            raise Unreadable(*_CORRUPT)
    elif format is Format.PDF:
        # Some files have lost their header and are complete otherwise.
        if b"%PDF-" not in head and not (b" obj" in head and head.startswith(b"%")):
            raise Unreadable(*_CORRUPT)
    elif head.startswith((b"PK\x03\x04", b"%PDF-", _OLE, b"\x7fELF", b"MZ", b"\x89PNG")):
        raise Unreadable(*_CORRUPT)


def check_zip(path: Path, format: Format) -> Path:
    """Check for zip bombs, a missing main part and XML entities. Raises Unreadable.

    Returns the path to read: that of a copy where names in the archive have backslashes.
    """
    try:
        sound = with_slashes(path)
        with zipfile.ZipFile(sound) as archive:
            members = archive.infolist()
            _check_sizes(members)
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _check_xml(archive, member)
            if _main_part(archive, format) not in archive.namelist():
                raise Unreadable(*_CORRUPT)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ParseError) as error:
        raise Unreadable(*_CORRUPT) from error
    return sound


def _main_part(archive: zipfile.ZipFile, format: Format) -> str:
    return main_part(archive) if format is Format.DOCX else _MAIN_PART[format]


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    if any(member.flag_bits & 0x1 for member in members):
        raise Unreadable(*_ENCRYPTED)
    if len(members) > limits.ZIP_MEMBERS_MAX:
        raise Unreadable(*_TOO_LARGE)
    if sum(member.file_size for member in members) > limits.ZIP_BYTES_MAX:
        raise Unreadable(*_TOO_LARGE)
    for member in members:
        large = member.file_size > limits.ZIP_RATIO_COUNTS_FROM
        if large and member.file_size > limits.ZIP_RATIO_MAX * max(member.compress_size, 1):
            raise Unreadable(*_TOO_LARGE)


def _check_xml(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    with archive.open(member) as part:
        head = part.read(_HEAD)
    # In UTF-16 every other byte is zero; no office program declares a type or an entity.
    if _ENTITY.search(head.replace(b"\x00", b"")):
        raise Unreadable(*_CORRUPT)
