"""Step 6 of an answer: draft a text with claims, by quoting or by a language model."""

from dataclasses import dataclass, replace

from mara.agents.model import AnswerMode, AnswerStatus, Usage
from mara.agents.model.prompts import ANSWER_SCHEMA, Draft, answer_prompt, parse_draft
from mara.agents.service.decision import Decision
from mara.agents.service.question import Question
from mara.kernel.language_model import LanguageModel, LanguageModelUnavailable
from mara.kernel.time_budget import UNLIMITED, TimeBudget

MODEL_S_MIN = 2.0
"""With less time left, the model is not asked: it could not finish a sentence."""


@dataclass(frozen=True, slots=True)
class Composer:
    """Drafts answers; if ``language_model`` is ``None``, every agent quotes."""

    language_model: LanguageModel | None

    def compose(
        self, question: Question, decision: Decision, budget: TimeBudget = UNLIMITED
    ) -> Draft:
        """Draft the answer; a refused question gets an empty draft, without a call of the model.

        If the model is unavailable, does not answer within the ``budget``, must not generate, or
        its answer does not match the schema, the fallback is to quote the passages with the status
        ``QUOTES_ONLY``.
        """
        if not decision.is_answerable:
            return Draft(None, ())
        if question.agent.settings.mode is AnswerMode.QUOTE:
            return _quote(decision)
        within_s = budget.left_s()
        is_late = within_s is not None and within_s < MODEL_S_MIN
        if self.language_model is None or not question.may_generate or is_late:
            return replace(_quote(decision), status=AnswerStatus.QUOTES_ONLY)
        try:
            return _generate(self.language_model, question, decision, within_s)
        except LanguageModelUnavailable:
            return replace(_quote(decision), status=AnswerStatus.QUOTES_ONLY)


def _quote(decision: Decision) -> Draft:
    return Draft(None, decision.quotes)


def _generate(
    model: LanguageModel, question: Question, decision: Decision, within_s: float | None
) -> Draft:
    """Raises LanguageModelUnavailable."""
    settings = question.agent.settings
    prompt = answer_prompt(
        question.text,
        decision.passages,
        instructions=settings.instructions,
        language=question.language,
        turns=question.turns,
        tokens_max=model.prompt_tokens_max,
    )
    completion = model.chat(
        prompt.chat,
        model=settings.model,
        temperature=settings.temperature,
        schema=ANSWER_SCHEMA,
        within_s=within_s,
    )
    usage = Usage(completion.input_tokens, completion.output_tokens)
    draft = parse_draft(completion.text, prompt.passages)
    if draft is None:
        return replace(_quote(decision), status=AnswerStatus.QUOTES_ONLY, usage=usage)
    return replace(draft, usage=usage)
