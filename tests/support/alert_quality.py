"""The repository's own runbooks, whose texts copy their siblings', with an alert of each."""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid5

from infra.quality.array_index import ArrayIndex
from infra.quality.forms import Alert
from mara.agents.service.decision import Decision, decide
from mara.agents.service.retrieval import Retrieval
from mara.documents.service.chunking import chunk
from mara.extraction.markdown import read_markdown
from mara.search.adapters.use import UseEmbedder
from mara.search.model import Chunk, Hit
from mara.search.service.reranking import FeatureReranker
from mara.search.service.search import SearchService
from tests.support.quality import CALLER, OWNER

FOLDER = Path(__file__).parents[1] / "data" / "alert_quality"


def runbook_alerts() -> list[Alert]:
    return [Alert(**item) for item in json.loads((FOLDER / "alerts.json").read_text("utf-8"))]


@dataclass(frozen=True)
class Library:
    """Documents in Markdown by file name, of which any may be left out of a search."""

    index: ArrayIndex

    def search(self, question: str, *, without: Sequence[str] = ()) -> Sequence[Hit]:
        return self._service(without).retrieve(CALLER, question).hits

    def ask(self, question: str, *, without: Sequence[str] = ()) -> Decision:
        service = self._service(without)
        found = service.retrieve(CALLER, question)
        best = found.hits[0] if found.hits else None
        return decide([Retrieval(question, found.answering, service.evidence(found), best)])

    def _service(self, without: Sequence[str]) -> SearchService:
        self.index.left_out = [uuid5(OWNER, name) for name in without]
        return SearchService(
            self.index,  # type: ignore[arg-type]  # it only answers queries
            UseEmbedder(),
            FeatureReranker(),
            lambda *_: nullcontext(),
        )


def library(files: dict[str, str]) -> Library:
    chunks: list[tuple[Chunk, str]] = []
    embedder = UseEmbedder()
    for name, text in files.items():
        blocks = list(read_markdown(text))
        parts = chunk(uuid5(OWNER, name), blocks, embedder.count_tokens, embedder.tokens_max)
        chunks += [(part, name) for part in parts]
    return Library(ArrayIndex(chunks, embedder))


@cache
def runbook_library() -> Library:
    return library({path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.md"))})
