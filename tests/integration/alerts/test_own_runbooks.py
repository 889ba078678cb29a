"""MARA answers MARA's own alerts: each gets its own runbook, and without it none of a sibling."""

from pathlib import Path
from uuid import UUID

import pytest

from infra.observability.alert_kind import RUNBOOKS, AlertKind
from infra.observability.alertmanager import alert_of, delivery
from infra.observability.demo_rule import KIND
from infra.observability.kinds import KINDS
from infra.observability.runbook_texts import OWN_RUNBOOKS, own_runbooks
from mara.agents.model import AgentSettings, AnswerStatus, Reply
from mara.alerts.model.alert_post import question_of
from mara.alerts.model.delivery_forms import read_delivery
from mara.wiring.agents import agent_service, answer_service
from tests.support.accounts import make_account
from tests.support.alert_chats import make_chat
from tests.support.cloud import Cloud
from tests.support.knowledge import learn_file
from tests.support.subscriptions import without_limits

SCRAPED = [kind for kind in KINDS if kind.condition]


class OnCall:
    """An account with MARA's runbooks."""

    def __init__(self, *paths: Path) -> None:
        self.caller = make_account("anna").principal
        without_limits(self.caller.user_id)
        self.documents: dict[str, UUID] = {
            path.stem: learn_file(self.caller.user_id, path).id for path in sorted(paths)
        }

    def agent(self, *, without: str = "") -> UUID:
        known = tuple(id_ for name, id_ in self.documents.items() if name != without)
        return agent_service().create(self.caller, AgentSettings("On call", document_ids=known)).id

    def ask(self, agent_id: UUID, kind: AlertKind) -> Reply:
        (signal,) = read_delivery(delivery(alert_of(kind))).signals
        service = answer_service()
        question = question_of(signal)
        return service.ask(self.caller, agent_id, question, conversation_id=None).reply


@pytest.fixture
def joined(tmp_path: Path) -> Path:
    """The document of the demo account."""
    path = tmp_path / OWN_RUNBOOKS
    path.write_text(own_runbooks(), "utf-8")
    return path


@pytest.mark.proof
class TestOwnAlerts:
    def test_are_answered_by_their_own_runbook_and_without_it_by_none(self, database: str) -> None:
        on_call = OnCall(*RUNBOOKS.iterdir())
        everything = on_call.agent()
        wrong: list[str] = []
        of_siblings: list[str] = []
        for kind in SCRAPED:
            reply = on_call.ask(everything, kind)
            cited = {citation.filename for citation in reply.citations}
            if reply.status is not AnswerStatus.ANSWERED or cited != {f"{kind.name}.md"}:
                wrong.append(f"{kind.name}: {reply.status} {sorted(cited)}")
            if on_call.ask(on_call.agent(without=kind.name), kind).citations:
                of_siblings.append(kind.name)
        print(f"{len(SCRAPED)} alerts, each in two agents: wrong {wrong}, siblings {of_siblings}")
        assert (wrong, of_siblings) == ([], [])

    def test_are_answered_from_one_document_too(self, database: str, joined: Path) -> None:
        on_call = OnCall(joined)
        agent = on_call.agent()
        wrong: list[str] = []
        for kind in SCRAPED:
            reply = on_call.ask(agent, kind)
            cited = {citation.place.headings[0] for citation in reply.citations}
            if cited != {kind.alert}:
                wrong.append(f"{kind.name}: {reply.status} {sorted(cited)}")
        print(f"{len(SCRAPED)} alerts: wrong {wrong}")
        assert wrong == []


class TestTheDemo:
    def test_posts_the_section_of_its_own_runbook_in_the_chat(
        self, database: str, cloud: Cloud, joined: Path
    ) -> None:
        chat = make_chat()
        learn_file(chat.intake.owner.id, joined)
        answer = chat.intake.post(delivery(alert_of(KIND)))
        assert answer.status == 202, answer.text
        chat.answer()
        chat.show()
        (message,) = chat.queued()
        text = message.parts[0].text
        assert KIND.alert in text
        assert "The schedule is disabled or paused: enable it" in text
        assert OWN_RUNBOOKS in text
