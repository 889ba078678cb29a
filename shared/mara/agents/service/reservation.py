"""Step 2 of an answer: reserve what it may use of the owner's plan, before any model runs."""

from dataclasses import dataclass, replace
from datetime import timedelta

from mara.agents.model import AnswerMode
from mara.agents.ports import AnswerMetering
from mara.agents.service.question import Question
from mara.kernel.language_model import LanguageModel


@dataclass(frozen=True, slots=True)
class AnswerReservation:
    """Reserves one answer, and the tokens that ``language_model`` may write at most."""

    metering: AnswerMetering
    language_model: LanguageModel | None

    def reserve(self, question: Question, lasts: timedelta | None = None) -> Question:
        """Reserve for the question; the result may only do what is reserved.

        A question of the queue keeps its reservation, so that its agent quotes if it was changed to
        generate meanwhile. Raises UsageLimitReached, InsufficientFunds, NotInPlan.
        """
        needed = self._tokens(question)
        reserved = self.metering.reserve(
            question.agent.owner_id, question.answer_id, tokens=needed, lasts=lasts
        )
        return replace(question, may_generate=reserved >= needed)

    def release(self, question: Question) -> None:
        """Give everything back: the question gets no answer."""
        self.metering.release(question.agent.owner_id, question.answer_id)

    def _tokens(self, question: Question) -> int:
        if self.language_model is None or question.agent.settings.mode is AnswerMode.QUOTE:
            return 0
        return self.language_model.answer_tokens_max
