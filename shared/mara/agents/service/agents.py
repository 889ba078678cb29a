"""Use cases of the owner of agents: create, read, change and delete them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from mara.agents.model import Agent, AgentSettings
from mara.agents.model.evaluation import Version
from mara.agents.ports import AgentLevel, Agents, Versions
from mara.agents.service.language_models import LanguageModelService
from mara.documents.service.ownership import OwnershipService
from mara.kernel.clock import Clock
from mara.kernel.errors import check_all
from mara.kernel.ids import new_id
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.replacement import check_complete
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AgentService:
    """Manages the caller's agents; each change of settings makes a new version."""

    agents: Agents
    versions: Versions
    ownership: OwnershipService
    models: LanguageModelService
    level: AgentLevel
    unit_of_work: UnitOfWork
    now: Clock

    def create(self, caller: Principal, settings: AgentSettings) -> Agent:
        """Create an agent, whose version 1 answers at once.

        Raises DocumentNotFound if a document is not the caller's, UnknownLanguageModel, and
        UsageLimitReached if the caller's plan includes no more agents.
        """
        self._check(caller, settings.model, settings.document_ids)
        now = self.now()
        agent = Agent(new_id(), caller.user_id, settings, 1, now, now)
        with self.unit_of_work(caller.user_id):
            self.agents.add(agent)
            self._keep_version(agent)
            self.level.take(caller.user_id)
        return agent

    def get(self, caller: Principal, agent_id: UUID) -> Agent:
        """Return the agent. Raises AgentNotFound."""
        with self.unit_of_work(caller.user_id):
            return self.agents.get(caller.user_id, agent_id)

    def list(self, caller: Principal, page: PageRequest) -> Page[Agent]:
        """Return a page of the caller's agents, the newest first unless it is sorted otherwise.

        Raises InvalidCursor.
        """
        with self.unit_of_work(caller.user_id):
            found = self.agents.list(caller.user_id, page)
            total = self.agents.count(caller.user_id, page) if page.total else None
        return Page.of(found, page, lambda agent: agent.id, value_of=_sort_value, total=total)

    def update(
        self,
        caller: Principal,
        agent_id: UUID,
        settings: AgentSettings,
        *,
        given: Collection[str] | None = None,
    ) -> Agent:
        """Replace the settings; the new version answers at once unless the agent has a gate.

        ``given`` are the fields that the caller named, None for all: none of the others may lose a
        value. Raises AgentNotFound, FieldsMissing, DocumentNotFound if a document is not the
        caller's, and UnknownLanguageModel.
        """
        self._check_additions(caller, self.get(caller, agent_id), settings)
        with self.unit_of_work(caller.user_id):
            agent = self.agents.lock(caller.user_id, agent_id)
            check_complete(agent.settings, settings, given)
            return self._change(agent, settings)

    def change(self, caller: Principal, agent_id: UUID, changes: Mapping[str, Any]) -> Agent:
        """Change some settings, by their names; otherwise as ``update``.

        Raises AgentNotFound, DocumentNotFound if a document is not the caller's, and
        UnknownLanguageModel.
        """
        agent = self.get(caller, agent_id)
        self._check_additions(caller, agent, replace(agent.settings, **changes))
        with self.unit_of_work(caller.user_id):
            agent = self.agents.lock(caller.user_id, agent_id)
            return self._change(agent, replace(agent.settings, **changes))

    def check(self, caller: Principal, agent_id: UUID | None, wanted: Mapping[str, Any]) -> None:
        """Check some settings, by their names, of a new agent (None) or for a change of one.

        Raises AgentNotFound, DocumentNotFound, UnknownLanguageModel.
        """
        document_ids = tuple(wanted.get("document_ids", ()))
        if agent_id is None:
            self._check(caller, wanted.get("model"), document_ids)
            return
        agent = self.get(caller, agent_id)
        model = wanted.get("model")
        changed = replace(agent.settings, model=model, document_ids=document_ids)
        self._check_additions(caller, agent, changed)

    def _check_additions(self, caller: Principal, agent: Agent, settings: AgentSettings) -> None:
        # Only additions are checked: an agent whose document or model was deleted can be renamed.
        added = set(settings.document_ids) - set(agent.settings.document_ids)
        model = None if settings.model == agent.settings.model else settings.model
        self._check(caller, model, added)

    def _check(self, caller: Principal, model: str | None, documents: Collection[UUID]) -> None:
        check_all(
            lambda: self.models.check(model),
            lambda: self.ownership.check_own(caller, documents),
        )

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
            self.level.give(caller.user_id)

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


def _sort_value(agent: Agent, field: str) -> Any:
    return agent.settings.name if field == "name" else getattr(agent, field)
