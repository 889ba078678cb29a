"""Telling what a document is about: by a language model in parts, or by its own sentences."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from mara.agents.errors import AnalysisSettled, DocumentNotReady, LanguageModelUnavailable
from mara.agents.messages import AnalyzeDocument
from mara.agents.model import Language
from mara.agents.model.analysis import (
    KEY_POINTS_MAX,
    SUMMARY_SENTENCES,
    Analysis,
    AnalysisState,
    Findings,
    Method,
    entities_in,
    is_a_statement,
    most_central,
)
from mara.agents.model.prompting import SUMMARY_SCHEMA, count_tokens, prompt_to_sum_up
from mara.agents.ports import Analyses, LanguageModel
from mara.documents.errors import DocumentNotFound
from mara.documents.model import Document, DocumentState
from mara.documents.ports import Documents
from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.search.model import Chunk
from mara.search.ports import Embedder, SearchIndex
from mara.search.service.language import language_of
from mara.search.service.windows import windows

CHUNKS_MAX = 2000
"""Of one document; what stands behind them is not looked at."""
READ_AT_ONCE = 200
SENTENCES_MAX = 600
PARTS_MAX = 8
"""Calls of the model for one document: longer ones are thinned out evenly."""
TEMPERATURE = 0.1


@dataclass(frozen=True, slots=True)
class AnalysisService:
    """``language_model`` is ``None`` where none is configured: sentences are then extracted."""

    documents: Documents
    index: SearchIndex
    embedder: Embedder
    analyses: Analyses
    language_model: LanguageModel | None
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def request(self, caller: Principal, document_id: UUID) -> Analysis:
        """Queue it; one that is under way already is not begun again.

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
        """The last one asked for, as it stands now."""
        with self.unit_of_work(caller.user_id):
            found = self.analyses.find(caller.user_id, document_id)
        return replace(found, state=found.at(self.now())) if found else None

    def analyze(self, owner_id: UUID, document_id: UUID) -> None:
        """Do what was queued. Raises AnalysisSettled for a second delivery, or after a delete."""
        with self.unit_of_work(owner_id):
            waiting = self.analyses.find(owner_id, document_id)
            if waiting is None or waiting.state is not AnalysisState.QUEUED:
                raise AnalysisSettled("It is done already.")
            document = self._lock(owner_id, document_id)
            chunks = list(self._read(owner_id, document_id))
        findings = self._findings(document, chunks)
        with self.unit_of_work(owner_id):
            self._lock(owner_id, document_id)
            self.analyses.save(
                replace(
                    waiting,
                    state=AnalysisState.READY,
                    findings=findings,
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

    def _findings(self, document: Document, chunks: Sequence[Chunk]) -> Findings:
        texts = [chunk.text for chunk in chunks]
        extracted = Findings(
            *self._extract(texts),
            entities=entities_in(texts),
            language=document.language or language_of("\n".join(texts)),
            method=Method.EXTRACTIVE,
        )
        if self.language_model is None:
            return extracted
        try:
            summary, points = _sum_up(self.language_model, texts, document.language)
        except LanguageModelUnavailable:
            return extracted
        return replace(extracted, summary=summary, key_points=points, method=Method.MODEL)

    def _extract(self, texts: Sequence[str]) -> tuple[str, list[str]]:
        sentences = [s for text in texts for s in windows(text) if is_a_statement(s)]
        sentences = _thinned(list(dict.fromkeys(sentences)), SENTENCES_MAX) or list(texts[:1])
        vectors = self.embedder.embed_passages(sentences)
        central = most_central(vectors, SUMMARY_SENTENCES + KEY_POINTS_MAX)
        best = set(most_central([vectors[row] for row in central], SUMMARY_SENTENCES))
        summary = [sentences[row] for n, row in enumerate(central) if n in best]
        points = [sentences[row] for n, row in enumerate(central) if n not in best]
        return " ".join(summary), points or summary


def _sum_up(
    model: LanguageModel, texts: Sequence[str], language: str | None
) -> tuple[str, list[str]]:
    """Map each part to a summary, then reduce the summaries to one.

    Raises LanguageModelUnavailable, also for a model that talks nonsense.
    """
    written_in = Language(language) if language in set(Language) else Language.EN
    said = [_ask(model, part, written_in) for part in _parts(texts, model.prompt_tokens_max)]
    if len(said) == 1:
        return said[0]
    together = "\n\n".join("\n".join([summary, *points]) for summary, points in said)
    return _ask(model, together[: model.prompt_tokens_max], written_in)


def _parts(texts: Sequence[str], tokens_max: int) -> list[str]:
    """Neighbouring texts joined up to what the model reads at once, leaving it room to answer."""
    room = tokens_max // 2
    parts: list[str] = []
    for text in texts:
        joined = f"{parts[-1]}\n{text}" if parts else text
        if parts and count_tokens(joined) <= room:
            parts[-1] = joined
        else:
            parts.append(text)
    return _thinned(parts, PARTS_MAX)


def _thinned(items: list[str], most: int) -> list[str]:
    """Evenly spread ones where there are too many: the middle and the end count too."""
    if len(items) <= most:
        return items
    return [items[position * len(items) // most] for position in range(most)]


def _ask(model: LanguageModel, text: str, language: Language) -> tuple[str, list[str]]:
    completion = model.chat(
        prompt_to_sum_up(text, language),
        model=None,
        temperature=TEMPERATURE,
        schema=SUMMARY_SCHEMA,
    )
    try:
        said = json.loads(completion.text)
        summary, points = said["summary"], said["key_points"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LanguageModelUnavailable("It wrote something else than a summary.") from error
    if not isinstance(summary, str) or not summary.strip() or not isinstance(points, list):
        raise LanguageModelUnavailable("It wrote something else than a summary.")
    kept = [point.strip() for point in points if isinstance(point, str) and point.strip()]
    return summary.strip(), kept[:KEY_POINTS_MAX]
