"""Making, changing and linking agents."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from mara.agents.errors import AgentNotFound, UnknownLanguageModel
from mara.agents.model import AgentSettings
from mara.agents.service.agents import AgentService
from mara.agents.service.language_models import LanguageModelService
from mara.billing.errors import UsageLimitReached
from mara.documents.errors import DocumentNotFound
from mara.documents.service.ownership import OwnershipService
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from tests.support.agents import (
    FakeAgents,
    FakeLanguageModelCatalog,
    FakeOwnDocuments,
    FakeVersions,
    no_transaction,
)
from tests.support.fakes.answers import FakeAgentLevel

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CALLER = Principal(new_id(), Role.USER)
ONE, TWO, FOREIGN = new_id(), new_id(), new_id()


@pytest.fixture
def own() -> set[UUID]:
    return {ONE, TWO}


@pytest.fixture
def catalog() -> FakeLanguageModelCatalog:
    return FakeLanguageModelCatalog(["small:1b"])


@pytest.fixture
def service(own: set[UUID], catalog: FakeLanguageModelCatalog) -> AgentService:
    ownership = OwnershipService(FakeOwnDocuments(own), no_transaction)
    return AgentService(
        FakeAgents(),
        FakeVersions(),
        ownership,
        LanguageModelService(catalog),
        FakeAgentLevel(),
        no_transaction,
        lambda: NOW,
    )


class TestCreate:
    def test_counts_agents_until_they_are_deleted(self, service: AgentService) -> None:
        agent = service.create(CALLER, AgentSettings("x"))
        level = service.level
        assert isinstance(level, FakeAgentLevel)
        assert level.level == 1
        service.delete(CALLER, agent.id)
        assert level.level == 0

    def test_refuses_more_agents_than_the_plan_includes(self, service: AgentService) -> None:
        limited = replace(service, level=FakeAgentLevel(included=1))
        limited.create(CALLER, AgentSettings("x"))
        with pytest.raises(UsageLimitReached):
            limited.create(CALLER, AgentSettings("y"))


class TestLink:
    def test_adds_a_document_once(self, service: AgentService) -> None:
        agent = service.create(CALLER, AgentSettings("x", document_ids=(ONE,)))
        for _ in range(2):
            linked = service.link(CALLER, agent.id, TWO)
            assert (linked.settings.document_ids, linked.version) == ((ONE, TWO), 2)

    def test_does_not_narrow_an_agent_of_all_documents(self, service: AgentService) -> None:
        agent = service.create(CALLER, AgentSettings("x"))
        assert service.link(CALLER, agent.id, ONE) == agent

    def test_refuses_what_is_not_the_callers(self, service: AgentService) -> None:
        agent = service.create(CALLER, AgentSettings("x", document_ids=(ONE,)))
        with pytest.raises(DocumentNotFound):
            service.link(CALLER, agent.id, FOREIGN)
        with pytest.raises(AgentNotFound):
            service.link(CALLER, new_id(), ONE)


class TestUpdate:
    def test_keeps_a_link_whose_document_was_deleted(
        self, service: AgentService, own: set[UUID]
    ) -> None:
        agent = service.create(CALLER, AgentSettings("x", document_ids=(ONE,)))
        own.remove(ONE)
        renamed = service.update(CALLER, agent.id, AgentSettings("y", document_ids=(ONE,)))
        assert renamed.settings.name == "y"

    def test_refuses_a_document_that_is_not_the_callers(self, service: AgentService) -> None:
        agent = service.create(CALLER, AgentSettings("x"))
        with pytest.raises(DocumentNotFound):
            service.update(CALLER, agent.id, AgentSettings("x", document_ids=(FOREIGN,)))


class TestModel:
    def test_accepts_a_model_of_the_server_and_the_default(self, service: AgentService) -> None:
        for model in (None, "small:1b", "SMALL:1B"):
            assert service.create(CALLER, AgentSettings("x", model=model)).settings.model == model

    def test_refuses_another_and_names_those_that_there_are(self, service: AgentService) -> None:
        agent = service.create(CALLER, AgentSettings("x"))
        with pytest.raises(UnknownLanguageModel, match="small:1b") as refused:
            service.create(CALLER, AgentSettings("x", model="large:70b"))
        assert refused.value.extensions["known"] == ["small:1b"]
        with pytest.raises(UnknownLanguageModel):
            service.update(CALLER, agent.id, AgentSettings("x", model="small:2b"))
        assert service.get(CALLER, agent.id).version == 1

    def test_keeps_a_model_that_the_server_lost(
        self, service: AgentService, catalog: FakeLanguageModelCatalog
    ) -> None:
        agent = service.create(CALLER, AgentSettings("x", model="small:1b"))
        catalog.available = []
        renamed = service.update(CALLER, agent.id, AgentSettings("y", model="small:1b"))
        assert renamed.settings.name == "y"

    def test_accepts_any_while_the_server_does_not_answer(
        self, service: AgentService, catalog: FakeLanguageModelCatalog
    ) -> None:
        catalog.available = None
        assert service.create(CALLER, AgentSettings("x", model="large:70b")).version == 1
