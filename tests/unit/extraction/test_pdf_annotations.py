"""Annotations of PDF pages: remarks of readers are counted, and what is no remark is not."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, TextStringObject

from mara.extraction.model import Dropped, DroppedKind
from mara.extraction.pdf import read_pdf
from tests.support.painted import a_painted_pdf, lines

TEXT = ["The pump runs.", "It is loud."]
REMARK = {"/Contents": "проверить"}


def annotated(tmp_path: Path, subtype: str, entries: dict[str, str]) -> Dropped:
    """What is dropped of a page with one annotation, after a check that its text is read."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(a_painted_pdf(lines(TEXT)))))
    annotation = DictionaryObject({NameObject("/Subtype"): NameObject(subtype)})
    annotation[NameObject("/Rect")] = ArrayObject(map(FloatObject, (60, 700, 200, 720)))
    for key, text in entries.items():
        annotation[NameObject(key)] = TextStringObject(text)
    writer.pages[0][NameObject("/Annots")] = ArrayObject([annotation])
    path, dropped = tmp_path / "file.pdf", Dropped()
    writer.write(path)
    _, blocks = read_pdf(path, dropped)
    assert [block.text for block in blocks] == ["\n".join(TEXT)]
    return dropped


@pytest.mark.parametrize("subtype", ["/Text", "/Highlight", "/StrikeOut", "/Caret", "/Popup"])
def test_a_remark_is_a_comment_if_it_has_words(tmp_path: Path, subtype: str) -> None:
    assert annotated(tmp_path, subtype, REMARK)[DroppedKind.COMMENTS] == 1
    assert annotated(tmp_path, subtype, {})[DroppedKind.COMMENTS] == 0


@pytest.mark.parametrize("subtype", ["/FreeText", "/Stamp"])
def test_what_is_written_or_stamped_on_the_page_is_a_comment(tmp_path: Path, subtype: str) -> None:
    assert annotated(tmp_path, subtype, {})[DroppedKind.COMMENTS] == 1


def test_the_window_of_a_remark_is_not_counted_again(tmp_path: Path) -> None:
    window = {**REMARK, "/Parent": "of another annotation"}
    assert annotated(tmp_path, "/Popup", window)[DroppedKind.COMMENTS] == 0


def test_an_attached_file_is_an_attachment(tmp_path: Path) -> None:
    dropped = annotated(tmp_path, "/FileAttachment", REMARK)
    assert dropped[DroppedKind.ATTACHMENTS] == 1
    assert dropped[DroppedKind.COMMENTS] == 0


def test_a_link_is_no_comment(tmp_path: Path) -> None:
    assert annotated(tmp_path, "/Link", REMARK)[DroppedKind.COMMENTS] == 0
