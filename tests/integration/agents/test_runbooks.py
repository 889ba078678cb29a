"""Questions made of real alerts, answered from real runbooks in each supported format."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from mara.agents.model import AgentSettings, AnswerStatus, Citation
from mara.platform.database import transaction
from mara.search.model import Chunk
from mara.wiring.agents import agent_service, answer_service
from mara.wiring.search import search_index
from tests.support.accounts import make_account
from tests.support.knowledge import data_folder, learn_file
from tests.support.retrieval import alerts

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.proof]

RIGHT_FIRST_MIN = 0.98
"""Share of the alerts whose first citation must be from the right runbook."""


def is_file_of_runbook(citation: Citation, runbook: str) -> bool:
    return citation.filename == f"{runbook}.md"


def is_under_heading_of_runbook(citation: Citation, runbook: str) -> bool:
    return runbook in citation.place.headings


IsRight = Callable[[Citation, str], bool]


@pytest.mark.parametrize(
    ("pattern", "is_right"),
    [
        ("runbooks.docx", is_under_heading_of_runbook),
        ("runbooks.pdf", is_under_heading_of_runbook),
        ("runbooks.xlsx", is_under_heading_of_runbook),
        ("runbooks/**/*.md", is_file_of_runbook),
    ],
    ids=["docx", "pdf", "xlsx", "md"],
)
class TestAskWithAlerts:
    def test_cites_the_right_runbook_first_and_verbatim(
        self, pattern: str, is_right: IsRight
    ) -> None:
        folder = data_folder("runbooks-dev")
        caller = make_account("anna").principal
        chunks = index_files(caller.user_id, sorted(folder.glob(pattern)))
        agent = agent_service().create(caller, AgentSettings("On call"))
        sent = alerts(folder)
        right = 0
        for alert in sent:
            answer = answer_service().ask(caller, agent.id, alert.question, conversation_id=None)
            for citation in answer.reply.citations:
                assert citation.quote in chunks[citation.chunk_id].text
            if answer.reply.status is AnswerStatus.ANSWERED:
                right += is_right(answer.reply.citations[0], alert.runbook)
        assert len(sent) > 50
        assert right / len(sent) >= RIGHT_FIRST_MIN


def index_files(owner_id: UUID, paths: list[Path]) -> dict[UUID, Chunk]:
    documents = [learn_file(owner_id, path) for path in paths]
    with transaction(owner_id):
        return {
            chunk.id: chunk
            for document in documents
            for chunk in search_index().read(owner_id, document.id, after=-1, limit=10_000)
        }
