"""Scripts of a PDF wherever they are, and pages whose contents are broken."""

import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from mara.extraction.model import Dropped, DroppedKind
from mara.extraction.pdf import read_pdf
from mara.extraction.pdf_structure import count_scripts
from tests.support.painted import a_painted_pdf, lines

TEXT = ["The pump is in hall 3."]
DRAWN = zlib.compress(b"q 1 0 0 1 0 0 cm " * 100 + b"Q")


def changed(change: Callable[[PdfWriter], object], pages: int = 2) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(a_painted_pdf(*[lines(TEXT)] * pages))))
    change(writer)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def script(code: str = "app.alert(1)", **more: Any) -> DictionaryObject:
    entries = {"S": NameObject("/JavaScript"), "JS": TextStringObject(code), **more}
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})


def stream(data: bytes, filter_name: str | None = None) -> StreamObject:
    made = StreamObject()
    made._data = data
    if filter_name:
        made[NameObject("/Filter")] = NameObject(filter_name)
    return made


def with_contents(contents: Callable[[PdfWriter], Any]) -> bytes:
    """Two pages, of which the second has these contents."""

    def change(writer: PdfWriter) -> None:
        writer.pages[1][NameObject("/Contents")] = contents(writer)

    return changed(change)


def with_compressed_catalog(catalog: bytes) -> bytes:
    """A page, and a catalog in an object stream, as files since PDF 1.5 have it."""
    objects = b"1 0 " + catalog
    inside = zlib.compress(objects)
    parts = [
        b"%PDF-1.5\n",
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>\nendobj\n",
        b"4 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream"
        b"\nendobj\n" % (len(inside), inside),
    ]
    starts = [sum(map(len, parts[:n])) for n in range(1, 5)]
    entries = [(0, 0, 255), (2, 4, 0), (1, starts[0], 0), (1, starts[1], 0), (1, starts[2], 0)]
    entries.append((1, starts[3], 0))
    table = b"".join(bytes([kind, *at.to_bytes(2, "big"), last]) for kind, at, last in entries)
    parts.append(
        b"5 0 obj\n<</Type/XRef/Size 6/W[1 2 1]/Root 1 0 R/Length %d>>\nstream\n%s\nendstream\n"
        b"endobj\nstartxref\n%d\n%%%%EOF" % (len(table), table, starts[3])
    )
    return b"".join(parts)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.pdf"


def dropped(path: Path, content: bytes) -> Dropped:
    counts = Dropped()
    path.write_bytes(content)
    list(read_pdf(path, counts)[1])
    return counts


class TestScripts:
    @pytest.mark.parametrize(
        ("change", "count"),
        [
            (lambda w: w.root_object.update({NameObject("/OpenAction"): script()}), 1),
            (
                lambda w: w.root_object.update(
                    {NameObject("/OpenAction"): script(Next=script("app.beep()"))}
                ),
                2,
            ),
            (
                lambda w: w.root_object.update(
                    {NameObject("/AA"): DictionaryObject({NameObject("/WC"): script()})}
                ),
                1,
            ),
            (
                lambda w: w.pages[1].update(
                    {NameObject("/AA"): DictionaryObject({NameObject("/O"): script()})}
                ),
                1,
            ),
            (lambda w: w.add_metadata({"/Title": "/JavaScript"}), 0),
            (
                lambda w: w.root_object.update(
                    {NameObject("/OpenAction"): ArrayObject([w.pages[0].indirect_reference])}
                ),
                0,
            ),
        ],
        ids=["opening", "chain", "closing", "page", "title", "place"],
    )
    def test_are_counted_wherever_they_are(
        self, path: Path, change: Callable[[PdfWriter], object], count: int
    ) -> None:
        assert dropped(path, changed(change))[DroppedKind.SCRIPTS] == count

    @pytest.mark.parametrize(
        ("catalog", "count"),
        [
            (b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.beep\\(\\))>>>>", 1),
            (b"<</Type/Catalog/Pages 2 0 R/OpenAction[3 0 R/Fit]>>", 0),
        ],
    )
    def test_are_counted_in_compressed_objects(
        self, path: Path, catalog: bytes, count: int
    ) -> None:
        path.write_bytes(with_compressed_catalog(catalog))
        assert count_scripts(path) == count

    def test_of_a_file_that_pypdf_cannot_open_are_not_counted(self, path: Path) -> None:
        path.write_bytes(b"%PDF-1.5\n/JavaScript")
        assert count_scripts(path) == 0


class TestDamagedPages:
    @pytest.mark.parametrize(
        "contents",
        [
            lambda w: w._add_object(stream(b"\x00\xff no deflate" * 9, "/FlateDecode")),
            lambda w: w._add_object(stream(DRAWN[: len(DRAWN) // 2], "/FlateDecode")),
            lambda w: w._add_object(stream(b"\xfe\xed\xfa\xce" * 20)),
            lambda w: w._add_object(stream(b"BT ET", "/NoSuchFilter")),
            lambda w: IndirectObject(999, 0, w),
            lambda _: NumberObject(5),
            lambda w: ArrayObject([w._add_object(stream(b"q Q")), IndirectObject(999, 0, w)]),
        ],
        ids=["garbage", "cut", "plain-garbage", "filter", "missing", "number", "array"],
    )
    def test_are_those_with_broken_contents(
        self, path: Path, contents: Callable[[PdfWriter], Any]
    ) -> None:
        assert dropped(path, with_contents(contents))[DroppedKind.DAMAGED_PAGES] == 1

    @pytest.mark.parametrize(
        "contents",
        [
            lambda w: w._add_object(stream(zlib.compress(b""), "/FlateDecode")),
            lambda w: w._add_object(stream(DRAWN, "/FlateDecode")),
            lambda w: w._add_object(stream(b"q Q\n")),
            lambda w: w._add_object(stream(b" \n")),
            lambda _: NullObject(),
            lambda _: ArrayObject(),
        ],
        ids=["empty", "no-marks", "no-operators", "space", "null", "no-parts"],
    )
    def test_are_not_those_that_are_blank(
        self, path: Path, contents: Callable[[PdfWriter], Any]
    ) -> None:
        assert dropped(path, with_contents(contents))[DroppedKind.DAMAGED_PAGES] == 0
