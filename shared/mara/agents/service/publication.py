"""Selects the version of an agent that answers: publication, rollback, and the gate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from mara.agents.errors import GateClosed
from mara.agents.model import Agent
from mara.agents.model.evaluation import OUT_OF_TIME, Version
from mara.agents.ports import Agents, Cases, Evaluations, Versions
from mara.kernel.clock import Clock
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PublicationService:
    """Publishes versions of agents; a gate requires an evaluation with a minimum score."""

    agents: Agents
    versions: Versions
    evaluations: Evaluations
    cases: Cases
    unit_of_work: UnitOfWork
    now: Clock

    def list_versions(self, caller: Principal, agent_id: UUID) -> Sequence[Version]:
        """Return the versions, the newest first. Raises AgentNotFound."""
        with self.unit_of_work(caller.user_id):
            self.agents.get(caller.user_id, agent_id)
            return self.versions.list(caller.user_id, agent_id)

    def set_gate(self, caller: Principal, agent_id: UUID, min_score: float | None) -> Agent:
        """Require a score of at least ``min_score``, 0..1, for publishing a version.

        ``None`` removes the gate: the next change is published at once. Raises AgentNotFound.
        """
        with self.unit_of_work(caller.user_id):
            agent = replace(self.agents.lock(caller.user_id, agent_id), gate=min_score)
            self.agents.save(agent)
        return agent

    def publish(self, caller: Principal, agent_id: UUID, version: int) -> Agent:
        """Make a version the one that answers. Raises AgentNotFound, VersionNotFound, GateClosed.

        The gate needs the last evaluation of the version to be complete, newer than the last
        change of a case, and scored high enough.
        """
        with self.unit_of_work(caller.user_id):
            agent = self.agents.lock(caller.user_id, agent_id)
            self._check_gate(agent, version)
            return self._publish(agent, version)

    def roll_back(self, caller: Principal, agent_id: UUID, version: int) -> Agent:
        """Publish a version that was published before; the gate does not apply.

        Raises AgentNotFound, VersionNotFound, and GateClosed if it was never published.
        """
        with self.unit_of_work(caller.user_id):
            agent = self.agents.lock(caller.user_id, agent_id)
            if self.versions.get(caller.user_id, agent_id, version).published_at is None:
                raise GateClosed(f"Version {version} never answered; publish it.")
            return self._publish(agent, version)

    def _check_gate(self, agent: Agent, version: int) -> None:
        if agent.gate is None:
            return
        last = self.evaluations.last(agent.owner_id, agent.id, version)
        if last is None or last.score is None:
            raise GateClosed(f"Version {version} was not evaluated yet, or has no cases.")
        if last.stopped_by == OUT_OF_TIME:
            raise GateClosed("Its last evaluation ran out of time; evaluate at the command line.")
        if last.stopped_by is not None:
            raise GateClosed(f"Its last evaluation did not end: {last.stopped_by}; evaluate again.")
        changed = self.cases.last_change(agent.owner_id, agent.id)
        if changed is not None and changed > last.created_at:
            raise GateClosed("Answers were judged since its last evaluation; evaluate it again.")
        if last.score < agent.gate:
            raise GateClosed(
                f"Version {version} scored {last.score:.3f}; the gate asks for {agent.gate:.3f}.",
                score=last.score,
                gate=agent.gate,
            )

    def _publish(self, agent: Agent, version: int) -> Agent:
        found = self.versions.get(agent.owner_id, agent.id, version)
        published = replace(agent, published_version=version, updated_at=self.now())
        self.agents.save(published)
        self.versions.save(replace(found, published_at=published.updated_at))
        return published
