"""Use cases of the owner of agents: create, read, change and delete them."""

from dataclasses import dataclass, replace
from uuid import UUID

from mara.agents.model import Agent, AgentSettings
from mara.agents.model.evaluation import Version
from mara.agents.ports import Agents, Versions
from mara.agents.service.language_models import LanguageModelService
from mara.documents.service.ownership import OwnershipService
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AgentService:
    """Manages the caller's agents; each change of settings makes a new version."""

    agents: Agents
    versions: Versions
    ownership: OwnershipService
    models: LanguageModelService
    unit_of_work: UnitOfWork
    now: Clock

    def create(self, caller: Principal, settings: AgentSettings) -> Agent:
        """Create an agent, whose version 1 answers at once.

        Raises DocumentNotFound if a document is not the caller's, and UnknownLanguageModel.
        """
        self.models.check(settings.model)
        self.ownership.check_own(caller, settings.document_ids)
        now = self.now()
        agent = Agent(new_id(), caller.user_id, settings, 1, now, now)
        with self.unit_of_work(caller.user_id):
            self.agents.add(agent)
            self._keep_version(agent)
        return agent

    def get(self, caller: Principal, agent_id: UUID) -> Agent:
        """Return the agent. Raises AgentNotFound."""
        with self.unit_of_work(caller.user_id):
            return self.agents.get(caller.user_id, agent_id)

    def list(self, caller: Principal, page: PageRequest) -> Page[Agent]:
        """Return a page of the caller's agents, the newest first."""
        with self.unit_of_work(caller.user_id):
            found = self.agents.list(caller.user_id, page)
        return Page.of(found, page, lambda agent: agent.id)

    def update(self, caller: Principal, agent_id: UUID, settings: AgentSettings) -> Agent:
        """Change the settings; the new version answers at once unless the agent has a gate.

        Raises AgentNotFound, DocumentNotFound if a document is not the caller's, and
        UnknownLanguageModel.
        """
        agent = self.get(caller, agent_id)
        # Only additions are checked: an agent whose document or model was deleted can be renamed.
        added = set(settings.document_ids) - set(agent.settings.document_ids)
        self.ownership.check_own(caller, added)
        if settings.model != agent.settings.model:
            self.models.check(settings.model)
        with self.unit_of_work(caller.user_id):
            agent = self.agents.lock(caller.user_id, agent_id)
            return self._change(agent, settings)

    def link(self, caller: Principal, agent_id: UUID, document_id: UUID) -> Agent:
        """Add a document to the ones that the agent answers from.

        An agent that answers from all documents of its owner is not changed: a list with one
        document would exclude the others. Raises AgentNotFound, DocumentNotFound.
        """
        self.ownership.check_own(caller, {document_id})
        with self.unit_of_work(caller.user_id):
            agent = self.agents.lock(caller.user_id, agent_id)
            # After a rollback, the change applies to the published version, not the rejected one.
            base = agent.settings
            if agent.gate is None and agent.published_version != agent.version:
                number = agent.published_version
                base = self.versions.get(caller.user_id, agent_id, number).settings
            linked = base.document_ids
            if not linked or document_id in linked:
                return agent
            settings = replace(base, document_ids=(*linked, document_id))
            return self._change(agent, settings)

    def delete(self, caller: Principal, agent_id: UUID) -> None:
        """Delete the agent with its conversations. Raises AgentNotFound."""
        with self.unit_of_work(caller.user_id):
            self.agents.delete(caller.user_id, agent_id)

    def _change(self, agent: Agent, settings: AgentSettings) -> Agent:
        answers = agent.gate is not None or agent.published_version == agent.version
        if settings == agent.settings and answers:
            return agent
        version = agent.version + 1
        changed = replace(
            agent,
            settings=settings,
            version=version,
            published_version=version if agent.gate is None else agent.published_version,
            updated_at=self.now(),
        )
        self.agents.save(changed)
        self._keep_version(changed)
        return changed

    def _keep_version(self, agent: Agent) -> None:
        answers = agent.published_version == agent.version
        self.versions.save(
            Version(
                agent_id=agent.id,
                owner_id=agent.owner_id,
                number=agent.version,
                settings=agent.settings,
                created_at=agent.updated_at,
                published_at=agent.updated_at if answers else None,
            )
        )
