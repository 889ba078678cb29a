"""Step 3 of an answer: search for passages, and select the best one of each section."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mara.agents.model.non_answers import without_non_answers
from mara.agents.model.passages import choose
from mara.agents.service.linked_runbook import LinkedRunbook
from mara.agents.service.question import Question
from mara.kernel.principal import Principal
from mara.search.model import Evidence, Hit, SearchMode
from mara.search.service.result import SearchResult
from mara.search.service.search import SearchService


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The passages that were selected for the search text ``text``, best first.

    Each is of another section. The first is the best hit; contents and empty fields of forms are
    no hits, and a heading without text stands for the text below it.

    ``evidence`` measures how well the best hit answers ``text``; ``None`` without a hit.
    ``unknown`` is the identifier that the question is about, if search found it nowhere.
    """

    text: str
    passages: Sequence[Hit]
    evidence: Evidence | None
    best: Hit | None = None
    unknown: str | None = None


@dataclass(frozen=True, slots=True)
class PassageRetriever:
    """Retrieves passages from the documents of an agent."""

    search: SearchService

    def retrieve(self, caller: Principal, question: Question) -> Iterator[Retrieval]:
        """Yield a retrieval for each search text; each search runs only when it is consumed.

        The first is of the runbook that an alert links to, if the documents have it.

        Raises SearchUnavailable, EmbeddingUnavailable.
        """
        documents = question.agent.settings.document_ids

        def search(text: str, mode: SearchMode = SearchMode.HYBRID) -> SearchResult:
            return self.search.retrieve(caller, text, document_ids=documents, mode=mode)

        if linked := LinkedRunbook(question.text, search).find():
            yield self._retrieval(question, *linked)
        for text in question.search_texts:
            found = search(text)
            kept = found.keeping(without_non_answers(found.hits, question.text))
            yield self._retrieval(question, text, kept, found.unknown)

    def _retrieval(
        self, question: Question, text: str, found: SearchResult, unknown: str | None = None
    ) -> Retrieval:
        passages = choose(found.answering, question.text)[: question.agent.settings.top_k]
        best = found.hits[0] if found.hits else None
        return Retrieval(text, passages, self.search.evidence(found), best, unknown)
