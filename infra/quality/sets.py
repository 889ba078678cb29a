"""The sets of documents and questions, read from a folder of test data (CONTRIBUTING.md)."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from infra.quality.array_index import ArrayIndex
from infra.quality.forms import Alert
from mara.documents.service.chunking import chunk
from mara.extraction.model import Block, Format, Place
from mara.search.model import Chunk, Hit
from mara.search.ports import Embedder

NAMESPACE = UUID(int=1)
ALERTS_OF_A_RUNBOOK_MAX = 5


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Documents in an index, and the alerts or questions that they answer."""

    name: str
    index: ArrayIndex
    documents: dict[str, UUID]
    alerts: Sequence[Alert] = ()
    questions: Sequence[tuple[str, str]] = ()
    """Texts, each with the file that answers it."""


def runbooks(folder: Path, embedder: Embedder) -> QuestionSet:
    """A set of runbooks in Markdown, one document each, with their alerts."""
    files = {str(path.relative_to(folder / "runbooks")): path for path in _markdown(folder)}
    index, documents = _indexed({name: _read(path) for name, path in files.items()}, embedder)
    return QuestionSet(folder.name, index, documents, list(read_alerts(folder)))


def paragraphs(
    folder: Path, asked_in: str, written_in: str, embedder: Embedder, *, every: int = 2
) -> QuestionSet:
    """Every second paragraph of XQuAD with its questions; both languages number them alike."""
    texts = _xquad(folder, written_in)
    blocks = {f"{n}.txt": [Block(text, Place())] for n, (text, _) in texts if n % every == 0}
    index, documents = _indexed(blocks, embedder)
    asked = _xquad(folder, asked_in)
    questions = [(q, f"{n}.txt") for n, (_, found) in asked if n % every == 0 for q in found]
    return QuestionSet(f"xquad-{asked_in}{written_in}", index, documents, (), questions)


def articles(folder: Path, language: str, embedder: Embedder) -> Iterator[QuestionSet]:
    """The articles of XQuAD, each alone, its paragraphs under the article's title.

    The titles are English in both languages.
    """
    for article in _articles(folder, language):
        heading = Place(headings=(article["title"].replace("_", " "),))
        read = [_paragraph(each) for each in article["paragraphs"]]
        blocks = {f"{n}.txt": [Block(text, heading)] for n, (text, _) in enumerate(read)}
        index, documents = _indexed(blocks, embedder)
        asked = [(q, f"{n}.txt") for n, (_, found) in enumerate(read) for q in found]
        yield QuestionSet(article["title"], index, documents, (), asked)


def read_alerts(folder: Path) -> Iterator[Alert]:
    """The alerts of a folder, at most ALERTS_OF_A_RUNBOOK_MAX of each runbook."""
    seen: dict[str | None, int] = {}
    for item in json.loads((folder / "alerts.json").read_text("utf-8")):
        payload, runbook = item["payload"], item["expected_runbook"]
        seen[runbook] = seen.get(runbook, 0) + 1
        if runbook is None or seen[runbook] <= ALERTS_OF_A_RUNBOOK_MAX:
            notes = payload["commonAnnotations"]
            name = payload["commonLabels"]["alertname"]
            yield Alert(name, notes.get("summary", ""), notes.get("description", ""), runbook)


def is_right(alert: Alert, hit: Hit, documents: dict[str, UUID]) -> bool:
    """Whether the hit is of the alert's runbook."""
    return alert.runbook is not None and hit.chunk.document_id == documents[alert.runbook]


def _markdown(folder: Path) -> list[Path]:
    """The runbooks that have a text."""
    found = sorted((folder / "runbooks").rglob("*.md"))
    return [path for path in found if path.read_text("utf-8").strip()]


def _read(path: Path) -> Sequence[Block]:
    from mara.wiring.documents import extractor

    return extractor().extract(path, Format(path.suffix[1:])).blocks


def _indexed(
    files: Mapping[str, Sequence[Block]], embedder: Embedder
) -> tuple[ArrayIndex, dict[str, UUID]]:
    chunks: list[tuple[Chunk, str]] = []
    documents = {name: uuid5(NAMESPACE, name) for name in files}
    for name, blocks in files.items():
        found = chunk(documents[name], blocks, embedder.count_tokens, embedder.tokens_max)
        filename = re.sub(r".*/", "", name)
        chunks += [(part, filename) for part in found]
    return ArrayIndex(chunks, embedder), documents


def _xquad(folder: Path, language: str) -> list[tuple[int, tuple[str, list[str]]]]:
    """The paragraphs with their questions, numbered from 0."""
    found = [
        _paragraph(each)
        for article in _articles(folder, language)
        for each in article["paragraphs"]
    ]
    return list(enumerate(found))


def _articles(folder: Path, language: str) -> list[dict[str, Any]]:
    stored = json.loads((folder / f"xquad.{language}.dev.json").read_text("utf-8"))
    found: list[dict[str, Any]] = stored["data"]
    return found


def _paragraph(paragraph: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Its text and its questions."""
    questions = [asked["question"] for asked in paragraph["qas"]]
    return paragraph["context"].strip("\ufeff"), questions
