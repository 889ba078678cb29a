"""Questions made of real alerts, answered from real runbooks in each supported format."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from infra.quality.forms import FORMS
from infra.quality.sets import read_alerts
from mara.agents.model import AgentSettings, AnswerStatus, Citation
from mara.kernel.principal import Principal
from mara.platform.database import transaction
from mara.search.model import Chunk
from mara.wiring.agents import agent_service, answer_service
from mara.wiring.search import search_index
from tests.support.accounts import make_account
from tests.support.knowledge import data_folder, learn_file
from tests.support.subscriptions import without_limits

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.proof]

RIGHT_FIRST_MIN = 0.98
"""Share of the alerts whose first citation must be from the right runbook."""
FOREIGN_ANSWERED_MAX = 0.02
"""Share of alerts that no runbook answers and that may nevertheless be answered."""
FOREIGN_STEP = 10
"""Every tenth alert of other systems is asked."""


def is_file_of_runbook(citation: Citation, runbook: str) -> bool:
    return citation.filename == f"{runbook}.md"


def is_under_heading_of_runbook(citation: Citation, runbook: str) -> bool:
    return runbook in citation.place.headings


IsRight = Callable[[Citation, str], bool]


@pytest.fixture(
    params=[
        ("runbooks.docx", is_under_heading_of_runbook),
        ("runbooks.pdf", is_under_heading_of_runbook),
        ("runbooks.xlsx", is_under_heading_of_runbook),
        ("runbooks/**/*.md", is_file_of_runbook),
    ],
    ids=["docx", "pdf", "xlsx", "md"],
)
def on_call(request: pytest.FixtureRequest) -> "OnCall":
    """An agent that answers from all runbooks, which are files of one format."""
    pattern, is_right = request.param
    caller = make_account("anna").principal
    without_limits(caller.user_id)
    chunks = index_files(caller.user_id, sorted(data_folder("runbooks-dev").glob(pattern)))
    agent = agent_service().create(caller, AgentSettings("On call"))
    return OnCall(caller, agent.id, chunks, is_right)


@dataclass(frozen=True)
class OnCall:
    caller: Principal
    agent_id: UUID
    chunks: Mapping[UUID, Chunk]
    is_right: IsRight

    def citations(self, question: str) -> Sequence[Citation]:
        """The citations of the answer; empty if the question is refused."""
        service = answer_service()
        reply = service.ask(self.caller, self.agent_id, question, conversation_id=None).reply
        for citation in reply.citations:
            assert citation.quote in self.chunks[citation.chunk_id].text
        return reply.citations if reply.status is AnswerStatus.ANSWERED else ()


class TestAskWithAlerts:
    def test_cites_the_right_runbook_first_and_verbatim_in_each_form(self, on_call: OnCall) -> None:
        sent = list(read_alerts(data_folder("runbooks-dev")))
        assert len(sent) > 50
        shares = {}
        for form, text_of in FORMS.items():
            answers = [(on_call.citations(text_of(alert)), alert.runbook) for alert in sent]
            shares[form] = sum(
                bool(cited) and on_call.is_right(cited[0], Path(runbook or "").stem)
                for cited, runbook in answers
            ) / len(sent)
        print(f"\nright first: {shares}")
        assert min(shares.values()) >= RIGHT_FIRST_MIN

    def test_answers_no_alert_of_other_systems(self, on_call: OnCall) -> None:
        foreign = list(read_alerts(data_folder("alerts-foreign")))[::FOREIGN_STEP]
        assert len(foreign) > 50
        shares = {
            form: sum(bool(on_call.citations(FORMS[form](alert))) for alert in foreign)
            / len(foreign)
            for form in ("line", "json", "ru")
        }
        print(f"\nanswered without a runbook: {shares}")
        assert max(shares.values()) <= FOREIGN_ANSWERED_MAX


def index_files(owner_id: UUID, paths: list[Path]) -> dict[UUID, Chunk]:
    documents = [learn_file(owner_id, path) for path in paths]
    with transaction(owner_id):
        return {
            chunk.id: chunk
            for document in documents
            for chunk in search_index().read(owner_id, document.id, after=-1, limit=10_000)
        }
