"""GET /api/v1/agents/{agent_id}/answers/{answer_id} - get an answer with its passages and settings.

It shows what the answer was made from, to find out why it is right or wrong. A question that was
asked with `Prefer: respond-async` has the status `queued` until it is answered, or `failed`.
"""

from uuid import UUID

from mara.agents.schemas.pending import PendingAnswerOut
from mara.agents.schemas.replay import ReplayOut
from mara.entrypoints.http import AGENTS_READ, USER, api, lambda_handler
from mara.entrypoints.language_parameters import FailureTexts
from mara.entrypoints.principal import Caller
from mara.wiring.agents import conversation_service, pending_answer_service

app = api(access=USER, scope=AGENTS_READ)


@app.get("/api/v1/agents/{agent_id}/answers/{answer_id}")
async def get_answer(
    agent_id: UUID, answer_id: UUID, caller: Caller, failure_text: FailureTexts
) -> ReplayOut | PendingAnswerOut:
    pending = pending_answer_service().find(caller, agent_id, answer_id)
    if pending is not None:
        return PendingAnswerOut.of(pending, failure_text)
    answer, texts = conversation_service().replay(caller, agent_id, answer_id)
    return ReplayOut.with_texts(answer, texts)


handler = lambda_handler(app)
