"""The parts of a Word file and the relationships between them (ECMA-376, part 2)."""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from xml.etree.ElementTree import Element, parse

from mara.extraction.docx_strict import open_part

MAIN_PART = "word/document.xml"
"""The usual name of the main part; Word Online writes ``word/document2.xml``."""

CHECKED = ".xml"
"""The guards reject entities in parts whose name ends so; no other part is parsed."""

_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship of a part: the last word of its type, and its target."""

    kind: str
    target: str
    """The name of a part, or an address outside of the file."""
    is_external: bool


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a Word file."""

    archive: zipfile.ZipFile
    main: str
    relations: dict[str, Relation]
    """Those of the main part, by id."""

    def open_main(self) -> IO[bytes]:
        """Open the main part. Raises KeyError where there is none."""
        return open_part(self.archive, self.main)

    def root_of(self, kind: str, usual: str) -> Element | None:
        """Parse the part that is related to the main part as ``kind``, else the ``usual`` one."""
        related = next(self.roots_of(kind), None)
        if related is not None or usual not in self.archive.namelist():
            return related
        return self._parse(usual)

    def roots_of(self, kind: str) -> Iterator[Element]:
        """Parse each part that is related to the main part as ``kind``."""
        names = set(self.archive.namelist())
        for each in self.relations.values():
            if each.kind == kind and each.target in names and each.target.endswith(CHECKED):
                yield self._parse(each.target)

    def _parse(self, name: str) -> Element:
        with open_part(self.archive, name) as part:
            return parse(part).getroot()  # noqa: S314 - the guards reject every entity

    def links(self) -> dict[str, str]:
        """The addresses of the main part's links, by id."""
        return {
            key: each.target
            for key, each in self.relations.items()
            if each.is_external and each.kind == "hyperlink"
        }


def open_package(archive: zipfile.ZipFile) -> Package:
    """Find the main part and its relationships."""
    main = main_part(archive)
    folder, name = posixpath.split(main)
    relations = _relations(archive, posixpath.join(folder, "_rels", f"{name}.rels"), folder)
    return Package(archive, main, relations)


def main_part(archive: zipfile.ZipFile) -> str:
    """The name of the part that the file declares as its document."""
    declared = _relations(archive, "_rels/.rels", "").values()
    found = next((each.target for each in declared if each.kind == "officeDocument"), MAIN_PART)
    return found if found.endswith(CHECKED) and found in archive.namelist() else MAIN_PART


def _relations(archive: zipfile.ZipFile, name: str, folder: str) -> dict[str, Relation]:
    if name not in archive.namelist():
        return {}
    with archive.open(name) as part:
        root = parse(part).getroot()  # noqa: S314
    found = {}
    for each in root.iter(_RELATION):
        is_external = each.get("TargetMode") == "External"
        target = each.get("Target", "")
        if not is_external:
            # A target that starts with a slash begins at the root of the file.
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        kind = each.get("Type", "").rsplit("/", 1)[-1]
        found[each.get("Id", "")] = Relation(kind, target, is_external)
    return found
