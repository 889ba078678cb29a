"""Annotations of a PDF page that are not read: comments, attached files, unseen form fields."""

from collections import Counter

import pypdfium2 as pdfium
from pypdfium2 import raw

from mara.extraction.model import DroppedKind
from mara.extraction.pdf_forms import FormValues

ANNOTATIONS_MAX = 100_000
"""Of one page."""

_ON_THE_PAGE = {raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP}
"""A person who views the page sees something of them in any case."""
_REMARKS = {
    *(raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_CARET, raw.FPDF_ANNOT_REDACT),
    *(raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE, raw.FPDF_ANNOT_SQUIGGLY),
    *(raw.FPDF_ANNOT_STRIKEOUT, raw.FPDF_ANNOT_LINE, raw.FPDF_ANNOT_INK, raw.FPDF_ANNOT_SQUARE),
    *(raw.FPDF_ANNOT_CIRCLE, raw.FPDF_ANNOT_POLYGON, raw.FPDF_ANNOT_POLYLINE),
}
"""Comments if they have contents (ISO 32000-1, table 170); markings without any are only colour."""


def count_dropped(
    page: pdfium.PdfPage, annotations: int, forms: FormValues | None
) -> dict[str, int]:
    """Count by kind what is not read of the ``annotations`` of a page."""
    found: Counter[str] = Counter()
    for index in range(min(annotations, ANNOTATIONS_MAX)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        try:
            kind = _kind(annotation, forms)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
        if kind is not None:
            found[kind.value] += 1
    return found


def _kind(annotation: raw.FPDF_ANNOTATION, forms: FormValues | None) -> DroppedKind | None:
    subtype = raw.FPDFAnnot_GetSubtype(annotation)
    if subtype in _ON_THE_PAGE:
        return DroppedKind.COMMENTS
    if subtype in _REMARKS:
        return DroppedKind.COMMENTS if _has_remark(annotation, subtype) else None
    if subtype == raw.FPDF_ANNOT_FILEATTACHMENT:
        return DroppedKind.ATTACHMENTS
    if subtype == raw.FPDF_ANNOT_WIDGET and forms is not None and forms.is_unread(annotation):
        return DroppedKind.FORM_FIELDS
    return None


def _has_remark(annotation: raw.FPDF_ANNOTATION, subtype: int) -> bool:
    if raw.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0) <= 2:  # noqa: PLR2004 - a zero
        return False
    # The window of another annotation shows the contents of that one, which is counted.
    return subtype != raw.FPDF_ANNOT_POPUP or not raw.FPDFAnnot_HasKey(annotation, b"Parent")
