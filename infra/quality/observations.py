"""What the search finds for a question, with and without the document that answers it."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from infra.quality.forms import Alert, masked
from infra.quality.sets import QuestionSet
from mara.kernel.principal import Principal, Role
from mara.search.model import Evidence
from mara.search.ports import Embedder, SearchIndex
from mara.search.service.reranking import FeatureReranker
from mara.search.service.search import SearchService

CALLER = Principal(UUID(int=1), Role.USER)


@dataclass(frozen=True, slots=True)
class Observation:
    """A question that was asked: whether an answer would be right, and the evidence for it."""

    set_name: str
    question: str
    present: bool
    """Whether the document that answers is there; the negative twin is without it."""
    right: bool
    evidence: Evidence
    passage: str


def observe(
    chosen: QuestionSet, embedder: Embedder, foreign: Sequence[Alert]
) -> Iterator[Observation]:
    """Ask every question with and without its document, and the alerts that no document answers."""
    index = cast("Any", chosen.index)
    search = SearchService(
        cast("SearchIndex", index), embedder, FeatureReranker(), lambda *_: nullcontext()
    )
    asked = [*chosen.questions, *((masked(alert), alert.runbook or "") for alert in chosen.alerts)]
    twins = [(text, file, gone) for text, file in asked for gone in (False, True)]
    for text, file, gone in [*twins, *((masked(alert), "", True) for alert in foreign)]:
        gold = chosen.documents.get(file)
        index.left_out = [gold] if gone and gold else []
        found = search.retrieve(CALLER, text)
        evidence = search.evidence(found)
        if evidence is not None:
            best = found.hits[0].chunk
            right = not gone and best.document_id == gold
            yield Observation(chosen.name, text, not gone, right, evidence, best.text)
