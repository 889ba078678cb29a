"""Runs an agent's evaluation cases and prints the score."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import UUID

from infra.local.environment import point_to_the_local_cloud

if TYPE_CHECKING:
    from mara.agents.model.evaluation import Evaluation


def evaluate(agent: str, version: int | None) -> str:
    """Return one line per case, then the score, and why cases were left out.

    Answers use the plan of the agent's owner. Raises RuntimeError if ``agent`` is no id or
    that of no agent; DomainError if nothing is left of the plan, or the version does not exist.
    """
    point_to_the_local_cloud()
    from mara.agents.errors import AgentNotFound
    from mara.kernel.principal import Principal, Role
    from mara.wiring.agents import evaluation_service

    try:
        agent_id = UUID(agent)
    except ValueError as error:
        raise RuntimeError(f"{agent} is not the id of an agent.") from error
    service = evaluation_service()
    try:
        owner_id = service.owner_of(agent_id)
    except AgentNotFound as error:
        raise RuntimeError(f"There is no agent {agent_id}.") from error
    evaluation = service.evaluate(Principal(owner_id, Role.USER), agent_id, version)
    return "\n".join(_lines(evaluation))


def _lines(evaluation: "Evaluation") -> Iterator[str]:
    from mara.agents.model.evaluation import Outcome

    results = evaluation.results
    for result in results:
        yield f"{result.outcome.value:8} {_in_one_line(result.question)}"
    outcomes = [result.outcome for result in results]
    passed, failed, left_out = (
        outcomes.count(outcome) for outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.LEFT_OUT)
    )
    score = (
        "none: no case was run; a case is an answer with feedback"
        if evaluation.score is None
        else f"{evaluation.score:.3f}"
    )
    yield f"version {evaluation.agent_version}: {passed} passed, {failed} failed, score {score}"
    if evaluation.stopped_by is not None:
        yield f"{left_out} left out, stopped by {evaluation.stopped_by}"


def _in_one_line(text: str) -> str:
    return " ".join(text.split())[:90]
