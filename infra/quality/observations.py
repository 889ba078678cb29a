"""What the search finds for a question, with and without the document that answers it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from infra.quality.forms import FORMS, MASKED, Alert, masked
from infra.quality.sets import QuestionSet
from mara.kernel.principal import Principal, Role
from mara.search.model import Evidence
from mara.search.ports import Embedder, SearchIndex
from mara.search.service.search import SearchService
from mara.wiring.search import reranker

CALLER = Principal(UUID(int=1), Role.USER)
ALL_FORMS: dict[str, Callable[[Alert], str]] = {MASKED: masked, **FORMS}
QUESTION = "question"
"""The form of what is no alert."""


class Kind(StrEnum):
    """Which document is there. All but the first are negatives: no answer is right."""

    PRESENT = "present"
    LEFT_OUT = "left out"
    OTHER_SET = "other set"
    """An alert of another set of runbooks, on similar components."""
    FOREIGN = "foreign"
    """An alert of other products."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A question that was asked: whether the first hit is right, and the evidence for it."""

    form: str
    kind: Kind
    question: str
    right: bool
    evidence: Evidence
    passage: str


@dataclass(frozen=True, slots=True)
class Observer:
    """Asks the questions of one set."""

    chosen: QuestionSet
    embedder: Embedder

    def alerts(self, others: Sequence[Alert], foreign: Sequence[Alert]) -> Iterator[Observation]:
        """Every alert in every form, with and without its runbook; then those of no runbook."""
        for form, write in ALL_FORMS.items():
            for alert in self.chosen.alerts:
                gold = self.chosen.documents[alert.runbook or ""]
                yield from self._ask(form, Kind.PRESENT, write(alert), gold)
                yield from self._ask(form, Kind.LEFT_OUT, write(alert), gold, [gold])
            for kind, alerts in ((Kind.OTHER_SET, others), (Kind.FOREIGN, foreign)):
                for alert in alerts:
                    yield from self._ask(form, kind, write(alert), None)

    def questions(self) -> Iterator[Observation]:
        """Every question with its paragraph, and without this one."""
        for text, file in self.chosen.questions:
            gold = self.chosen.documents[file]
            yield from self._ask(QUESTION, Kind.PRESENT, text, gold)
            yield from self._ask(QUESTION, Kind.LEFT_OUT, text, gold, [gold])

    def halves(self, parity: int) -> Iterator[Observation]:
        """The questions of every second paragraph, with these left out, and with the others.

        ``parity`` is 0 for those of the first, third, … paragraph, and 1 for the others.
        """
        files = list(self.chosen.documents)
        asked = [each for each in self.chosen.questions if each[1] in set(files[parity::2])]
        for start in (0, 1):
            left_out = [self.chosen.documents[file] for file in files[start::2]]
            for text, file in asked:
                gold = self.chosen.documents[file]
                kind = Kind.LEFT_OUT if gold in left_out else Kind.PRESENT
                yield from self._ask(QUESTION, kind, text, gold, left_out)

    def _ask(
        self, form: str, kind: Kind, text: str, gold: UUID | None, left_out: Sequence[UUID] = ()
    ) -> Iterator[Observation]:
        index = self.chosen.index
        index.left_out = left_out
        search = SearchService(
            cast("SearchIndex", cast("Any", index)),
            self.embedder,
            reranker(),
            lambda *_: nullcontext(),
        )
        found = search.retrieve(CALLER, text)
        evidence = search.evidence(found)
        if evidence is not None:
            best = found.hits[0].chunk
            right = kind is Kind.PRESENT and best.document_id == gold
            yield Observation(form, kind, text, right, evidence, best.text)
