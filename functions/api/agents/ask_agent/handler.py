"""POST /api/v1/agents/{agent_id}/ask - answer a question with verified citations, or refuse it.

Every quote occurs verbatim in the document that it names. If the documents do not contain the
answer, the status is `not_in_documents` and nothing is charged. A question without
`conversation_id` starts a new conversation.
"""

from uuid import UUID

from mara.agents.schemas import AnswerOut, QuestionIn
from mara.entrypoints.http import AGENTS_ASK, USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import answer_service

app = api(access=USER, scope=AGENTS_ASK)


@app.post("/api/v1/agents/{agent_id}/ask")
async def ask_agent(agent_id: UUID, body: QuestionIn, caller: Caller) -> AnswerOut:
    answer = answer_service().ask(
        caller, agent_id, body.question, conversation_id=body.conversation_id
    )
    return AnswerOut.of(answer)


handler = lambda_handler(app)
