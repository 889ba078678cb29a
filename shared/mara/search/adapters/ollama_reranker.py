"""A reranker that lets a language model judge the best passages."""

import time
from collections.abc import Sequence
from dataclasses import replace

from mara.platform.telemetry import logger
from mara.search.adapters.ollama_judge import ANSWER_TOKENS, JudgeUnavailable, OllamaJudge
from mara.search.model import RankedCandidate
from mara.search.model.grades import GRADE_MAX, grades_schema, parse_grades
from mara.search.model.judgement import judgement_prompt
from mara.search.model.matching import QueryAnalysis
from mara.search.model.windows import titled_text
from mara.search.service.fusion import by_score
from mara.search.service.reranking import FeatureReranker, append_tail

JUDGED = 8
"""Passages that the model judges; the others follow in the order of the features."""
JUDGE_WEIGHT = 5.0
"""What the best grade adds to a score, and the worst one subtracts. Where features put a wrong
passage before the right one (31 questions of runbooks and XQuAD), the difference of their scores
was 2.2 in the median and below 10 in 29. A passage that deceives the model gains no more."""
PAUSE_S = 30.0
"""A server that failed is not asked again in this time, so that each question waits for it once."""
FALLBACKS_METRIC = "RerankerFallbacks"
"""Questions that the features ordered alone, although a judge is configured."""


class OllamaReranker:
    """Implements Reranker by a language model that grades passages from 0 to GRADE_MAX.

    The score of a passage is that of FeatureReranker, shifted by up to JUDGE_WEIGHT either way: the
    scale of the grades is absolute, so that a question without an answer scores low. Where the
    model is unavailable, too slow, or gives other than one grade for each passage, the scores are
    those of FeatureReranker; a log line and the metric FALLBACKS_METRIC tell it.
    """

    def __init__(self, judge: OllamaJudge) -> None:
        self._judge = judge
        self._features = FeatureReranker()
        self._paused_until = 0.0

    def rerank(
        self, query: QueryAnalysis, ranked: Sequence[RankedCandidate]
    ) -> list[RankedCandidate]:
        """Reorder the best JUDGED candidates of those that the features order."""
        ordered = self._features.rerank(query, ranked)
        head, tail = ordered[:JUDGED], ordered[JUDGED:]
        grades = self._grades(query.text, head) if head else None
        if grades is None:
            return ordered
        better = by_score(
            replace(hit, score=hit.score + JUDGE_WEIGHT * (2 * grade / GRADE_MAX - 1))
            for hit, grade in zip(head, grades, strict=True)
        )
        return append_tail(better, tail)

    def _grades(self, question: str, head: Sequence[RankedCandidate]) -> list[int] | None:
        """The grade of each passage, ``None`` if the model gives none."""
        if time.monotonic() < self._paused_until:
            _record("reranker_paused")
            return None
        texts = [titled_text(hit.candidate.chunk, hit.candidate.filename) for hit in head]
        tokens_max = self._judge.context_tokens - ANSWER_TOKENS
        prompt = judgement_prompt(question, texts, tokens_max)
        try:
            written = self._judge.write(prompt, grades_schema(len(head)))
        except JudgeUnavailable as error:
            self._paused_until = time.monotonic() + PAUSE_S
            _record(str(error), error.__cause__)
            return None
        grades = parse_grades(written, len(head))
        if grades is None:
            _record("reranker_answer_invalid")
        return grades


def _record(code: str, error: BaseException | None = None) -> None:
    from mara.platform.metrics import publish_metric

    logger.warning(code, error=type(error).__name__ if error else None)
    publish_metric(FALLBACKS_METRIC, 1)
