"""The values of a PDF's form fields, which are no part of its page's text."""

import ctypes
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from mara.extraction.pdf_line import PlacedLine
from mara.extraction.pdfium import address_of, character_box

VALUE_LENGTH_MAX = 64 * 1024
"""Bytes in UTF-16 of one value."""
FIELDS_MAX = 5_000
"""Of one page."""

_UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW | raw.FPDF_ANNOT_FLAG_INVISIBLE
_TICKED = {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}
_WITH_TEXT = {raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}
_TICKED_BOX, _UNTICKED = "☒", "☐"
_PASSWORD = 1 << 13
"""Flag of a text field (ISO 32000-1, table 228)."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a field shows, its description, and its rectangle in points."""

    text: str
    label: str
    is_described: bool
    """Whether the label is written for people; else it is a name for programs."""
    left: float
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class FormValues:
    """Reads the fields of one document."""

    form: pdfium.PdfFormEnv

    @classmethod
    def of(cls, document: pdfium.PdfDocument) -> "FormValues | None":
        """Prepare a document; it must have no page loaded. ``None`` if it has no form."""
        if document.get_formtype() == raw.FORMTYPE_NONE:
            return None
        form = document.init_forms()
        return None if form is None and document.formenv is None else cls(document.formenv)

    def filled_in(
        self, page: pdfium.PdfPage, text_page: pdfium.PdfTextPage, lines: list[PlacedLine]
    ) -> list[PlacedLine]:
        """The lines with the value of each field where the field stands."""
        handle = address_of(text_page.raw)
        # From right to left: what is inserted does not move what is left of it.
        for value in sorted(self._values(page), key=lambda each: (each.bottom, -each.left)):
            at = next((n for n, line in enumerate(lines) if _is_beside(handle, line, value)), None)
            if at is None and value.text == _UNTICKED and not value.is_described:
                continue  # a box without any word
            if at is None:
                label = f"{value.label}: " if value.label else ""
                below = (n for n, line in enumerate(lines) if _top(handle, line) < value.bottom)
                lines.insert(next(below, len(lines)), (label + value.text, 0.0, -1, 0))
            else:
                lines[at] = _inserted(handle, lines[at], value)
        return _with_sizes(lines)

    def is_unread(self, annotation: raw.FPDF_ANNOTATION) -> bool:
        """Whether a field has a value that is not read: it is a password, or not seen."""
        if raw.FPDFAnnot_GetFormFieldType(self.form, annotation) not in _WITH_TEXT:
            return False
        value = self._text(raw.FPDFAnnot_GetFormFieldValue, annotation)
        return bool(value.strip()) and self._value(annotation) is None

    def _values(self, page: pdfium.PdfPage) -> list[Value]:
        found = []
        for index in range(min(raw.FPDFPage_GetAnnotCount(page), FIELDS_MAX)):
            annotation = raw.FPDFPage_GetAnnot(page, index)
            try:
                value = self._value(annotation)
            finally:
                raw.FPDFPage_CloseAnnot(annotation)
            if value is not None and value.text:
                found.append(value)
        return found

    def _value(self, annotation: raw.FPDF_ANNOTATION) -> Value | None:
        if raw.FPDFAnnot_GetSubtype(annotation) != raw.FPDF_ANNOT_WIDGET:
            return None
        box = raw.FS_RECTF()
        if not raw.FPDFAnnot_GetRect(annotation, box) or box.right <= box.left:
            return None
        if raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN:
            return None
        kind = raw.FPDFAnnot_GetFormFieldType(self.form, annotation)
        if kind in _TICKED:
            text = _TICKED_BOX if raw.FPDFAnnot_IsChecked(self.form, annotation) else _UNTICKED
        elif kind in _WITH_TEXT and not self._is_password(annotation):
            text = " ".join(self._text(raw.FPDFAnnot_GetFormFieldValue, annotation).split())
        else:
            return None
        described = self._text(raw.FPDFAnnot_GetFormFieldAlternateName, annotation).strip()
        label = described or self._text(raw.FPDFAnnot_GetFormFieldName, annotation).strip()
        low, high = sorted((box.bottom, box.top))
        return Value(text, label, bool(described), box.left, low, high)

    def _is_password(self, annotation: raw.FPDF_ANNOTATION) -> bool:
        return bool(raw.FPDFAnnot_GetFormFieldFlags(self.form, annotation) & _PASSWORD)

    def _text(self, get: object, annotation: raw.FPDF_ANNOTATION) -> str:
        size = get(self.form, annotation, None, 0)  # type: ignore[operator]
        if not 2 < size <= VALUE_LENGTH_MAX:  # noqa: PLR2004 - a terminating zero
            return ""
        buffer = (ctypes.c_ushort * (size // 2))()
        get(self.form, annotation, buffer, size)  # type: ignore[operator]
        return bytes(buffer).decode("utf-16-le", "replace").rstrip("\x00")


def _top(handle: int, line: PlacedLine) -> float:
    return character_box(handle, line[2])[3] if line[2] >= 0 else 0.0


def _is_beside(handle: int, line: PlacedLine, value: Value) -> bool:
    """Whether the line is on the height of the field."""
    if line[2] < 0:
        return False
    _, bottom, _, top = character_box(handle, line[2])
    return value.bottom <= (bottom + top) / 2 <= value.top


def _inserted(handle: int, line: PlacedLine, value: Value) -> PlacedLine:
    """The line with the value after the letters that are left of the field."""
    text, size, start, length = line
    boxes = [character_box(handle, at) for at in range(start, start + length)]
    before = max((n for n, box in enumerate(boxes, 1) if 0 < box[2] <= value.left + 2), default=0)
    left, right = text[:before].rstrip(), text[before:].lstrip()
    return " ".join(part for part in (left, value.text, right) if part), size, start, length


def _with_sizes(lines: list[PlacedLine]) -> list[PlacedLine]:
    """A value that stands alone has the size of the text."""
    usual = max((size for _, size, *_ in lines), default=0.0)
    body = min((size for _, size, *_ in lines if size), default=usual)
    return [(text, size or body, start, length) for text, size, start, length in lines]
