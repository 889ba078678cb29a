"""Runs an agent's evaluation cases and prints the score."""

from uuid import UUID

from infra.local.environment import point_to_the_local_cloud


def evaluate(agent: str, version: int | None) -> str:
    """Return one line per case, then the score.

    Raises RuntimeError if ``agent`` is no id, or if the agent or the version does not exist.
    """
    point_to_the_local_cloud()
    from mara.agents.model.evaluation import Outcome
    from mara.kernel.errors import DomainError
    from mara.kernel.principal import Principal, Role
    from mara.wiring.agents import evaluation_service

    try:
        agent_id = UUID(agent)
    except ValueError as error:
        raise RuntimeError(f"{agent} is not the id of an agent.") from error
    caller = Principal(_owner_of(agent_id), Role.USER)
    try:
        evaluation = evaluation_service().evaluate(caller, agent_id, version)
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


def _owner_of(agent_id: UUID) -> UUID:
    """Return the owner of an agent. Raises RuntimeError if there is no such agent."""
    from mara.kernel.unit_of_work import SYSTEM
    from mara.platform.database import connection, transaction

    with transaction(SYSTEM):
        row = (
            connection()
            .execute("SELECT owner_id FROM agents WHERE id = %s", (agent_id,))
            .fetchone()
        )
    if row is None:
        raise RuntimeError(f"There is no agent {agent_id}.")
    owner_id: UUID = row[0]
    return owner_id


def _in_one_line(text: str) -> str:
    return " ".join(text.split())[:90]
