"""Real alerts against real runbooks, in every format they may come in."""

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


def in_file_of_its_own(citation: Citation, runbook: str) -> bool:
    return citation.filename == f"{runbook}.md"


def under_its_heading(citation: Citation, runbook: str) -> bool:
    return runbook in citation.place.headings


Right = Callable[[Citation, str], bool]


@pytest.mark.parametrize(
    ("pattern", "is_right"),
    [
        ("runbooks.docx", under_its_heading),
        ("runbooks.pdf", under_its_heading),
        ("runbooks.xlsx", under_its_heading),
        ("runbooks/**/*.md", in_file_of_its_own),
    ],
    ids=["docx", "pdf", "xlsx", "md"],
)
class TestAskWithAlerts:
    def test_cites_the_right_runbook_first_and_verbatim(
        self, pattern: str, is_right: Right
    ) -> None:
        folder = data_folder("runbooks-dev")
        caller = make_account("anna").principal
        chunks = read_in(caller.user_id, sorted(folder.glob(pattern)))
        agent = agent_service().create(caller, AgentSettings("On call"))
        asked = alerts(folder)
        right = 0
        for alert in asked:
            answer = answer_service().ask(caller, agent.id, alert.question, conversation_id=None)
            for citation in answer.reply.citations:
                assert citation.quote in chunks[citation.chunk_id].text
            if answer.reply.status is AnswerStatus.ANSWERED:
                right += is_right(answer.reply.citations[0], alert.runbook)
        assert len(asked) > 50
        assert right / len(asked) >= RIGHT_FIRST_MIN


def read_in(owner_id: UUID, paths: list[Path]) -> dict[UUID, Chunk]:
    documents = [learn_file(owner_id, path) for path in paths]
    with transaction(owner_id):
        return {
            chunk.id: chunk
            for document in documents
            for chunk in search_index().read(owner_id, document.id, after=-1, limit=10_000)
        }
