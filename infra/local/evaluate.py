"""Runs an agent's evaluation cases and prints the score."""

from uuid import UUID

from infra.local.environment import point_to_the_local_cloud


def evaluate(agent: str, version: int | None) -> str:
    """Return one line per case, then the score.

    Raises RuntimeError if ``agent`` is no id, or if the agent or the version does not exist.
    """
    point_to_the_local_cloud()
    from mara.agents.errors import AgentNotFound
    from mara.agents.model.evaluation import Outcome
    from mara.kernel.errors import DomainError
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
    try:
        evaluation = service.evaluate(Principal(owner_id, Role.USER), agent_id, version)
    except DomainError as error:
        raise RuntimeError(f"{error.title}: {error.detail}") from error
    results = evaluation.results
    lines = [f"{result.outcome.value:8} {_in_one_line(result.question)}" for result in results]
    outcomes = [result.outcome for result in results]
    passed, failed = (outcomes.count(outcome) for outcome in (Outcome.PASSED, Outcome.FAILED))
    score = (
        "none: no case was run; a case is an answer with feedback"
        if evaluation.score is None
        else f"{evaluation.score:.3f}"
    )
    lines.append(
        f"version {evaluation.agent_version}: {passed} passed, {failed} failed, score {score}"
    )
    return "\n".join(lines)


def _in_one_line(text: str) -> str:
    return " ".join(text.split())[:90]
