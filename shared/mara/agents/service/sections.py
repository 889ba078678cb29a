"""Step 5 of an answer: read the sections of the passages that were found, as far as they fit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mara.agents.model.arrangement import Shown, arrange
from mara.agents.model.passages import asks_what_to_do
from mara.agents.model.sections import Section, remedies_for, section_of
from mara.agents.service.decision import Decision
from mara.agents.service.question import Question
from mara.kernel.principal import Principal
from mara.search.model import Chunk, Hit
from mara.search.service.search import SearchService

CHUNKS_BEFORE, CHUNKS_AFTER = 20, 40
"""How much of a document is read around a passage: more than an answer shows of a section."""


@dataclass(frozen=True, slots=True)
class SectionReader:
    """Completes the passages that search found to sections."""

    search: SearchService

    def complete(self, caller: Principal, question: Question, decision: Decision) -> Decision:
        """Return the decision with the passages to answer from; a refusal stays as it is.

        Raises SearchUnavailable.
        """
        if not decision.is_answerable or not decision.passages:
            return decision
        hits = decision.passages
        lead = hits[0].chunk
        around = self._around(caller, lead)
        first = section_of(lead, around)
        if lead.place.row is not None:
            first = _best_pieces_first(first, hits)
        remedies: list[Section] = []
        if asks_what_to_do(question.text):
            remedies = _best_first(remedies_for(lead, around), hits)
        own = {chunk.id for section in (first, *remedies) for chunk in section.chunks}
        others = [
            section_of(hit.chunk, self._around(caller, hit.chunk))
            for hit in hits[1:]
            if hit.chunk.id not in own
        ]
        shown = arrange(first, remedies, others, question.agent.settings.top_k)
        return replace(decision, passages=_as_hits(shown, hits), cut=shown.cut)

    def _around(self, caller: Principal, chunk: Chunk) -> Sequence[Chunk]:
        """Return the passage with its neighbours; alone if its document was deleted meanwhile."""
        found = self.search.read_around(caller, chunk, before=CHUNKS_BEFORE, after=CHUNKS_AFTER)
        return found if any(other.id == chunk.id for other in found) else [chunk]


def _best_pieces_first(row: Section, hits: Sequence[Hit]) -> Section:
    """Move the pieces of a row that search found to the front: their order means nothing."""
    found = {hit.chunk.id: number for number, hit in enumerate(hits)}
    return Section(sorted(row.chunks, key=lambda chunk: found.get(chunk.id, len(found))))


def _best_first(sections: Sequence[Section], hits: Sequence[Hit]) -> list[Section]:
    """Move the sections that search found too to the front; the sort is stable."""
    found = {hit.chunk.id: number for number, hit in enumerate(hits)}
    return sorted(
        sections,
        key=lambda section: min(found.get(chunk.id, len(found)) for chunk in section.chunks),
    )


def _as_hits(shown: Shown, hits: Sequence[Hit]) -> list[Hit]:
    """Return the passages as hits; those that search did not find have no scores."""
    found = {hit.chunk.id: hit for hit in hits}
    names = {hit.chunk.document_id: hit.filename for hit in hits}
    return [
        found.get(chunk.id) or Hit(chunk, names[chunk.document_id], 0.0) for chunk in shown.chunks
    ]
