"""The visible text of one paragraph of a Word document, as its runs make it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar
from xml.etree.ElementTree import Element

from mara.extraction.docx_fields import Field, adds_to, form_value
from mara.extraction.docx_notes import Notes, ReadNote
from mara.extraction.docx_raised import lowered, raised
from mara.extraction.docx_shapes import has_chart, has_picture
from mara.extraction.docx_story import Story
from mara.extraction.docx_styles import W, child_value, font_of, is_on, is_shaded, is_white
from mara.extraction.docx_symbols import is_symbol_font, symbol
from mara.extraction.model import DroppedKind

SIZE_MIN = 2
"""Half points; smaller text is not readable."""

_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BOX = f"{W}txbxContent"
# Deleted text, the origin of moved text, and ruby annotations.
_UNSEEN = {f"{W}{name}" for name in ("del", "moveFrom", "delText", "rt")}
_CHARACTERS = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
}
_PROPERTIES = {f"{W}pPr", f"{W}rPr", f"{W}sdtPr", f"{W}tcPr"}


@dataclass(slots=True)
class Line:
    """Collects the visible text of one paragraph."""

    story: Story
    shaded: bool
    white: bool
    """Whether the paragraph's style has white letters."""
    pieces: list[str] = field(default_factory=list)
    note_ids: list[tuple[Notes, str]] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    link_end: int = 0
    """The number of pieces up to the address that was written last."""

    @classmethod
    def of(cls, paragraph: Element, story: Story, *, shaded: bool = False) -> "Line":
        """Read a paragraph."""
        properties = paragraph.find(f"{W}pPr")
        styles = story.styles.of(properties, "pStyle")
        shaded = shaded or is_shaded(properties) or any(style.is_shaded for style in styles)
        white = next((s.is_white for s in styles if s.is_white is not None), False)
        line = cls(story, shaded, white)
        line.add(paragraph)
        if not any(style.hidden for style in styles):
            return line
        if line.text.strip():
            story.dropped[DroppedKind.HIDDEN_TEXT] += 1
        return cls(story, shaded, white)

    @property
    def text(self) -> str:
        """The text without the notes."""
        return "".join(self.pieces)

    @property
    def text_without_marks(self) -> str:
        """The text without the numbers of its notes."""
        text = self.text
        for notes, note_id in self.note_ids:
            text = text.replace(notes.mark(note_id), "", 1)
        return text

    def notes(self, read: ReadNote) -> list[str]:
        """The notes that the text refers to, each after its number."""
        found = [notes.text(note_id, read) for notes, note_id in self.note_ids]
        return [note for note in found if note]

    def add(self, parent: Element) -> None:
        """Add the visible text of an element of the paragraph."""
        for child in parent:
            tag = child.tag
            if tag == f"{W}r":
                self._add_run(child)
            elif tag in {f"{W}t", _MATH_TEXT}:
                self.pieces.append(child.text or "")
            elif tag in _CHARACTERS:
                self.pieces.append(_CHARACTERS[tag])
            elif tag in self._SPECIAL:
                self._SPECIAL[tag](self, child)
            elif tag in _UNSEEN:
                self._count_deleted(child)
            elif tag not in _PROPERTIES and tag not in {_BOX, _FALLBACK}:
                self.add(child)

    def _count_deleted(self, element: Element) -> None:
        if element.tag in {f"{W}del", f"{W}moveFrom"} and len(element):
            self.story.dropped[DroppedKind.DELETED_TEXT] += 1

    def _add_run(self, run: Element) -> None:
        properties = run.find(f"{W}rPr")
        start = len(self.pieces)
        self.add(run)
        if properties is None:
            return
        text = "".join(self.pieces[start:])
        if self._is_hidden(properties):
            self.story.dropped[DroppedKind.HIDDEN_TEXT] += bool(text.strip())
            del self.pieces[start:]
        elif text:
            self.pieces[start:] = [self._shaped(text, properties, start)]

    def _shaped(self, text: str, properties: Element, start: int) -> str:
        """The text of a run with raised, lowered and symbol characters as such."""
        styles = self.story.styles.of(properties, "rStyle")
        position = child_value(properties, f"{W}vertAlign") or next(
            (style.position for style in styles if style.position), None
        )
        if position in {"superscript", "subscript"} and not text.startswith("["):
            write = raised if position == "superscript" else lowered
            return write(text, "".join(self.pieces[max(0, start - 2) : start]))
        font = font_of(properties) or next((style.font for style in styles if style.font), None)
        if not is_symbol_font(font):
            return text
        return "".join(symbol(font, ord(one)) or one for one in text)

    def _is_hidden(self, properties: Element) -> bool:
        styles = self.story.styles.of(properties, "rStyle")
        size = child_value(properties, f"{W}sz")
        own = [is_white(properties), *(style.is_white for style in styles)]
        white = next((each for each in own if each is not None), self.white)
        shaded = self.shaded or is_shaded(properties) or any(s.is_shaded for s in styles)
        return (
            is_on(properties, f"{W}vanish")
            or any(style.hidden for style in styles)
            or (size is not None and size.isdecimal() and int(size) <= SIZE_MIN)
            or (white and not shaded)
        )

    def _add_link(self, link: Element) -> None:
        start = len(self.pieces)
        self.add(link)
        self._add_address(self.story.links.get(link.get(_RELATION_ID, "")), start)

    def _add_address(self, address: str | None, start: int) -> None:
        """Write the address of a link after its text, unless the text is the address."""
        text = "".join(self.pieces[start:])
        if not address or not text.strip() or not adds_to(address, text):
            return
        written = f" ({address})"
        between = "".join(self.pieces[self.link_end : start])
        if self.link_end and self.pieces[self.link_end - 1] == written and not between.strip():
            self.pieces[self.link_end - 1] = ""  # one link whose text was formatted in parts
        self.pieces.append(written)
        self.link_end = len(self.pieces)

    def _add_simple_field(self, element: Element) -> None:
        start = len(self.pieces)
        self.add(element)
        self._add_address(Field(element.get(f"{W}instr", "")).address, start)

    def _mark_field(self, element: Element) -> None:
        kind = element.get(f"{W}fldCharType")
        if kind == "begin":
            value = form_value(element)
            if value:
                self.pieces.append(value)
            self.fields.append(Field(start=len(self.pieces)))
        elif kind == "separate" and self.fields:
            self.fields[-1].start = len(self.pieces)
        elif kind == "end" and self.fields:
            ended = self.fields.pop()
            self._add_address(ended.address, ended.start)

    def _add_instruction(self, element: Element) -> None:
        if self.fields:
            self.fields[-1].code += element.text or ""

    def _add_symbol(self, element: Element) -> None:
        code = element.get(f"{W}char", "")
        try:
            found = symbol(element.get(f"{W}font"), int(code, 16))
        except ValueError:
            found = None
        if found is None:
            self.story.dropped[DroppedKind.SYMBOLS] += 1
        else:
            self.pieces.append(found)

    def _refer(self, element: Element) -> None:
        is_footnote = element.tag == f"{W}footnoteReference"
        notes = self.story.footnotes if is_footnote else self.story.endnotes
        note_id = element.get(f"{W}id", "")
        mark = notes.mark(note_id)
        if mark:
            self.pieces.append(mark)
            self.note_ids.append((notes, note_id))

    def _count_drawing(self, element: Element) -> None:
        """The words of its boxes are read apart."""
        if has_chart(element):
            self.story.dropped[DroppedKind.CHARTS] += 1
        elif has_picture(element):
            self.story.dropped[DroppedKind.PICTURES] += 1

    _SPECIAL: ClassVar[dict[str, Callable[["Line", Element], None]]] = {
        f"{W}hyperlink": _add_link,
        f"{W}fldSimple": _add_simple_field,
        f"{W}fldChar": _mark_field,
        f"{W}instrText": _add_instruction,
        f"{W}sym": _add_symbol,
        f"{W}footnoteReference": _refer,
        f"{W}endnoteReference": _refer,
        f"{W}drawing": _count_drawing,
        f"{W}pict": _count_drawing,
    }
