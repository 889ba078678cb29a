"""Requests and responses of the routes of evaluations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mara.agents.model import AnswerStatus
from mara.agents.model.evaluation import Evaluation, Outcome
from mara.kernel.json_types import JsonInt
from mara.kernel.money import UsdtOut, format_usdt


class EvaluationIn(BaseModel):
    """The version of the agent to evaluate: the newest, unless ``version`` is given."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    version: JsonInt | None = Field(
        default=None,
        ge=1,
        description="Number of the version to evaluate; null means the newest.",
        examples=[1],
    )


class ResultOut(BaseModel):
    """The result of one case; ``status`` and ``use_id`` are null if the case was not run."""

    answer_id: UUID = Field(description="Id of the rated answer that is the case.")
    question: str = Field(
        description="The question that was asked again.",
        examples=["Диск на узле заполнен. Что делать?"],
    )
    outcome: Outcome = Field(description="Whether the new answer agrees with the rated one.")
    status: AnswerStatus | None = Field(
        description="Status of the new answer; null if the case was not run."
    )
    use_id: UUID | None = Field(
        description="What the statement names if the new answer had a price; null if the case was "
        "not run."
    )
    price: UsdtOut = Field(
        description="Price of the new answer in USDT, with six decimal places.",
        examples=["0.000000"],
    )


class EvaluationOut(BaseModel):
    """The results of asking the questions of an agent's rated answers again."""

    id: UUID = Field(description="Id of the evaluation.")
    agent_id: UUID = Field(description="Id of the agent.")
    agent_version: int = Field(
        description="Number of the version that was evaluated.", examples=[2]
    )
    score: float | None = Field(
        description="Share of passed cases among those that ran, from 0 to 1; null if none ran.",
        examples=[0.95],
    )
    stopped_by: str | None = Field(
        description="Why cases have the outcome `left_out`: `out_of_time`, `interrupted`, or the "
        "code of an error, such as `usage_limit_reached`; null if all cases were run.",
        examples=[None],
    )
    results: Sequence[ResultOut] = Field(description="The result of each case.")
    prompt_version: int = Field(
        description="Number of the prompt that the language model received.", examples=[1]
    )
    embedder: str = Field(
        description="Name of the model that turned the questions into vectors.",
        examples=["use-multilingual-3"],
    )
    created_at: datetime = Field(description="When the evaluation ran.")

    @classmethod
    def of(cls, evaluation: Evaluation) -> Self:
        """Build the response from the model object."""
        results = [
            ResultOut(
                answer_id=result.answer_id,
                question=result.question,
                outcome=result.outcome,
                status=result.status,
                use_id=result.use_id,
                price=format_usdt(result.price_micro_usdt),
            )
            for result in evaluation.results
        ]
        return cls(
            id=evaluation.id,
            agent_id=evaluation.agent_id,
            agent_version=evaluation.agent_version,
            score=evaluation.score,
            stopped_by=evaluation.stopped_by,
            results=results,
            prompt_version=evaluation.prompt_version,
            embedder=evaluation.model_id,
            created_at=evaluation.created_at,
        )


class EvaluationsOut(BaseModel):
    """The evaluations of an agent, the newest first."""

    items: Sequence[EvaluationOut] = Field(description="The evaluations, the newest first.")
