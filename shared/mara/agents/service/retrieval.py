"""Step 2 of an answer, retrieve: search for passages, and select the ones worth citing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mara.agents.model.passages import choose
from mara.agents.service.question import Question
from mara.kernel.principal import Principal
from mara.search.model import Evidence, Hit
from mara.search.service.search import SearchService

CANDIDATES = 40
"""The number of hits to select from; it should include every passage of the best section."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The passages that were selected for one search text, the first to be cited first.

    ``evidence`` describes how well the best hit, with the text ``best``, answers ``text``.
    """

    text: str
    passages: Sequence[Hit]
    evidence: Sequence[Evidence]
    best: str


@dataclass(frozen=True, slots=True)
class PassageRetriever:
    """Retrieves passages from the documents of an agent."""

    search: SearchService

    def retrieve(self, caller: Principal, question: Question) -> Iterator[Retrieval]:
        """Yield a retrieval for each search text; a search runs when its retrieval is consumed."""
        settings = question.agent.settings
        for text in question.search_texts:
            found = self.search.retrieve(caller, text, document_ids=settings.document_ids)
            passages = choose(found.hits[:CANDIDATES], text, settings.top_k)
            best = found.hits[0].chunk.text if found.hits else ""
            yield Retrieval(text, passages, self.search.evidence(found), best)
