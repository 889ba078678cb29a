"""Counts what is left out of a workbook beside cells: hidden sheets, charts, pictures, comments."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from posixpath import basename, dirname, join, normpath
from xml.etree.ElementTree import Element, parse

from mara.extraction.model import Dropped, DroppedKind
from mara.extraction.xlsx_structure import sheets_of

_COMMENT = re.compile(rb"<(?:\w+:)?comment[\s>]")
_DRAWN = {
    DroppedKind.PICTURES: re.compile(rb"<(?:\w+:)?pic[\s>]"),
    DroppedKind.CHARTS: re.compile(rb"<(?:\w+:)?graphicFrame[\s>]"),
    DroppedKind.TEXT_BOXES: re.compile(rb"<(?:\w+:)?txBody[\s>]"),
}


def count_beside_cells(path: Path, dropped: Dropped) -> None:
    """Count hidden sheets, and what the parts of the visible sheets contain besides cells."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        for sheet in sheets_of(archive):
            if sheet.state != "visible":
                dropped[DroppedKind.HIDDEN_SHEETS] += 1
                continue
            if "/chartsheets/" in f"/{sheet.part}":
                dropped[DroppedKind.CHARTS] += 1
                continue
            for kind, part in _relations(archive, names, sheet.part):
                if kind == "comments":
                    dropped[DroppedKind.COMMENTS] += len(_COMMENT.findall(archive.read(part)))
                elif kind == "drawing":
                    _count_drawn(archive.read(part), dropped)


def _count_drawn(drawing: bytes, dropped: Dropped) -> None:
    for kind, pattern in _DRAWN.items():
        if count := len(pattern.findall(drawing)):
            dropped[kind] += count


def addresses_of(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """The addresses outside of the archive that ``part`` refers to, by the id of the relation."""
    return {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in _relations_of(archive, part)
        if relation.get("TargetMode") == "External"
    }


def _relations(archive: zipfile.ZipFile, names: set[str], part: str) -> Iterator[tuple[str, str]]:
    """The kind and the path of each part of the archive that ``part`` refers to."""
    for relation in _relations_of(archive, part):
        target = normpath(join("/", dirname(part), relation.get("Target", "")))[1:]
        if target in names:
            yield basename(relation.get("Type", "")), target


def _relations_of(archive: zipfile.ZipFile, part: str) -> list[Element]:
    place = join(dirname(part), "_rels", f"{basename(part)}.rels")
    if place not in archive.namelist():
        return []
    with archive.open(place) as file:
        return list(parse(file).getroot())  # noqa: S314 - the guards reject every entity
