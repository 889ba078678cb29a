"""Step 2 of an answer: reserve what it may use of the owner's plan, before any model runs.

The reservation ends with the answer: it is settled with what the answer costs, or released.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from mara.agents.model import AnswerMode, AnswerStatus, Reply
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

    @contextmanager
    def reserved(self, question: Question, lasts: timedelta | None = None) -> Iterator[Question]:
        """Reserve for the question, and give everything back if the block fails.

        Raises as ``reserve``.
        """
        reserved = self.reserve(question, lasts)
        try:
            yield reserved
        except Exception:
            self.release(reserved)
            raise

    def settle(self, question: Question, reply: Reply) -> Reply:
        """Count what the reply used, in the transaction that stores it; return it with its price.

        Only an answer that rests on passages costs anything: neither a refusal does, nor quotes in
        place of a text that no model could write.
        """
        is_charged = reply.status is AnswerStatus.ANSWERED
        price = self.metering.settle(
            question.agent.owner_id,
            question.answer_id,
            answers=int(is_charged),
            tokens=reply.usage.output_tokens if is_charged else 0,
        )
        return replace(reply, usage=replace(reply.usage, price_micro_usdt=price))

    def release(self, question: Question) -> None:
        """Give everything back: the question gets no answer."""
        self.metering.release(question.agent.owner_id, question.answer_id)

    def _tokens(self, question: Question) -> int:
        if self.language_model is None or question.agent.settings.mode is AnswerMode.QUOTE:
            return 0
        return self.language_model.answer_tokens_max
