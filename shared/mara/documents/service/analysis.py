"""Analyzes a document: with a language model part by part, or by extracting its sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from mara.documents.errors import AnalysisSettled, DocumentNotFound, DocumentNotReady
from mara.documents.messages import AnalyzeDocument
from mara.documents.model import Document, DocumentState
from mara.documents.model.analysis import (
    KEY_POINTS_MAX,
    MODEL_WITHIN,
    SUMMARY_SENTENCES,
    Analysis,
    AnalysisResult,
    AnalysisState,
    Method,
    entities_in,
    is_a_statement,
    most_central,
)
from mara.documents.model.support import supported
from mara.documents.ports import Analyses, Documents
from mara.documents.service.summary import sum_up, thinned
from mara.kernel.clock import Clock
from mara.kernel.language_model import LanguageModel, LanguageModelUnavailable
from mara.kernel.messages import Publish
from mara.kernel.principal import Principal
from mara.kernel.time_budget import TimeBudget
from mara.kernel.unit_of_work import UnitOfWork
from mara.search.model import Chunk
from mara.search.model.language import language_of
from mara.search.model.windows import windows
from mara.search.ports import Embedder, SearchIndex

CHUNKS_MAX = 2000
"""The number of chunks of a document that are analyzed: the first ones."""
READ_AT_ONCE = 200
"""The number of chunks in one read of the search index."""
SENTENCES_MAX = 600
"""The number of sentences that are embedded; of more, an evenly spaced sample."""


@dataclass(frozen=True, slots=True)
class AnalysisService:
    """Analyzes documents; without a ``language_model`` the summary consists of their sentences."""

    documents: Documents
    index: SearchIndex
    embedder: Embedder
    analyses: Analyses
    language_model: LanguageModel | None
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def request(self, caller: Principal, document_id: UUID) -> Analysis:
        """Queue an analysis, or return the one that is queued already.

        Raises DocumentNotFound, DocumentNotReady.
        """
        at = self.now()
        with self.unit_of_work(caller.user_id):
            document = self.documents.lock(caller.user_id, document_id)
            if document.state is not DocumentState.READY:
                raise DocumentNotReady(f"It is {document.state.value}; wait until it is ready.")
            present = self.analyses.find(caller.user_id, document_id)
            if present is not None and present.at(at) is AnalysisState.QUEUED:
                return present
            queued = Analysis(document_id, caller.user_id, AnalysisState.QUEUED, at)
            self.analyses.save(queued)
            self.publish(AnalyzeDocument(owner_id=caller.user_id, document_id=document_id))
        return queued

    def find(self, caller: Principal, document_id: UUID) -> Analysis | None:
        """Return the last requested analysis with its current state, ``None`` if there is none."""
        with self.unit_of_work(caller.user_id):
            found = self.analyses.find(caller.user_id, document_id)
        return replace(found, state=found.at(self.now())) if found else None

    def analyze(self, owner_id: UUID, document_id: UUID) -> None:
        """Run a queued analysis and store its result.

        Raises AnalysisSettled if it is finished already or the document was deleted.
        """
        with self.unit_of_work(owner_id):
            waiting = self.analyses.find(owner_id, document_id)
            if waiting is None or waiting.state is not AnalysisState.QUEUED:
                raise AnalysisSettled("It is done already.")
            document = self._lock(owner_id, document_id)
            chunks = list(self._read(owner_id, document_id))
        result = self._result(document, chunks)
        with self.unit_of_work(owner_id):
            self._lock(owner_id, document_id)
            self.analyses.save(
                replace(
                    waiting,
                    state=AnalysisState.READY,
                    result=result,
                    finished_at=self.now(),
                )
            )

    def _lock(self, owner_id: UUID, document_id: UUID) -> Document:
        try:
            return self.documents.lock(owner_id, document_id)
        except DocumentNotFound as error:
            raise AnalysisSettled("The document was deleted meanwhile.") from error

    def _read(self, owner_id: UUID, document_id: UUID) -> Iterator[Chunk]:
        after = -1
        while after < CHUNKS_MAX:
            page = self.index.read(owner_id, document_id, after=after, limit=READ_AT_ONCE)
            yield from page
            if len(page) < READ_AT_ONCE:
                return
            after = page[-1].ordinal

    def _result(self, document: Document, chunks: Sequence[Chunk]) -> AnalysisResult:
        texts = [chunk.text for chunk in chunks]
        extracted = AnalysisResult(
            *self._extract(texts),
            entities=entities_in(texts),
            language=document.language or language_of("\n".join(texts)),
            method=Method.EXTRACTIVE,
        )
        if self.language_model is None:
            return extracted
        budget = TimeBudget(self.now, self.now() + MODEL_WITHIN)
        try:
            written = sum_up(self.language_model, texts, document.language, budget)
        except LanguageModelUnavailable:
            return extracted
        summary, points = supported(*written, texts)
        if not summary:
            return extracted
        return replace(extracted, summary=summary, key_points=points, method=Method.MODEL)

    def _extract(self, texts: Sequence[str]) -> tuple[str, list[str]]:
        sentences = [s for text in texts for s in windows(text) if is_a_statement(s)]
        sentences = thinned(list(dict.fromkeys(sentences)), SENTENCES_MAX) or list(texts[:1])
        vectors = self.embedder.embed_passages(sentences)
        central = most_central(vectors, SUMMARY_SENTENCES + KEY_POINTS_MAX)
        best = set(most_central([vectors[row] for row in central], SUMMARY_SENTENCES))
        summary = [sentences[row] for n, row in enumerate(central) if n in best]
        points = [sentences[row] for n, row in enumerate(central) if n not in best]
        return " ".join(summary), points or summary
