"""Footnotes and endnotes of a Word document, numbered in the order of their references."""

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from mara.extraction.docx_number_formats import formatted
from mara.extraction.docx_styles import W

ReadNote = Callable[[Element], str]


@dataclass(slots=True)
class Notes:
    """The notes of one kind that the text refers to."""

    name: str
    """``footnote`` or ``endnote``."""
    format: str
    elements: dict[str, Element] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def mark(self, note_id: str) -> str:
        """The number of a note, as it stands at its reference; "" for a note that is missing."""
        if note_id not in self.elements:
            return ""
        number = self.numbers.setdefault(note_id, len(self.numbers) + 1)
        return f"[{formatted(number, self.format)}]"

    def text(self, note_id: str, read: ReadNote) -> str:
        """The note after its number."""
        words = " ".join(read(self.elements[note_id]).split())
        return f"{self.mark(note_id)} {words}" if words else ""


def read_notes(root: Element | None, name: str, format: str) -> Notes:
    """Read the part of the notes called ``name``; its separators are no notes."""
    notes = Notes(name, format)
    for element in () if root is None else root.findall(f"{W}{name}"):
        if element.get(f"{W}type", "normal") == "normal":
            notes.elements[element.get(f"{W}id", "")] = element
    return notes
