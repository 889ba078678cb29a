"""Step 2 of an answer: search for passages, and select the ones to cite."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mara.agents.model.passages import choose
from mara.agents.service.question import Question
from mara.kernel.principal import Principal
from mara.search.model import Evidence, Hit
from mara.search.service.search import SearchService

CANDIDATES = 40
"""The number of hits to select from: enough to include every passage of the best section."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The passages that were selected for the search text ``text``, in the order of citation.

    ``evidence`` measures how well the best hit, whose text is ``best``, answers ``text``.
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
        """Yield a retrieval for each search text; each search runs only when it is consumed.

        Raises SearchUnavailable, EmbeddingUnavailable.
        """
        settings = question.agent.settings
        for text in question.search_texts:
            found = self.search.retrieve(caller, text, document_ids=settings.document_ids)
            passages = choose(found.hits[:CANDIDATES], text, settings.top_k)
            best = found.hits[0].chunk.text if found.hits else ""
            yield Retrieval(text, passages, self.search.evidence(found), best)
