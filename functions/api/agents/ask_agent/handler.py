"""POST /api/v1/agents/{agent_id}/ask - answer a question with verified citations, or refuse it.

Every quote occurs verbatim in the document that it names. If the documents do not contain the
answer, the status is `not_in_documents` and nothing is charged. An answer uses the plan of the
caller: above its allowance the response is 402, before any model runs; `usage.price` is what was
charged. A question without `conversation_id` starts a new conversation. A language model that takes
too long is not waited for: the answer then consists of quotes (`quotes_only`). With
`Prefer: respond-async` the response is 202 at once, and the answer is at
`GET /api/v1/agents/{agent_id}/answers/{answer_id}` within minutes.
"""

from uuid import UUID

from fastapi import Response

from mara.agents.schemas import AnswerOut, QuestionIn
from mara.agents.schemas.pending import ACCEPTED, PendingAnswerOut, Prefer, accepted, prefers_async
from mara.entrypoints.http import AGENTS_ASK, USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.entrypoints.time_budget import Budget
from mara.wiring.agents import answer_service, question_acceptance
from mara.wiring.payments import where_to_pay

app = api(access=USER, scope=AGENTS_ASK)


@app.post("/api/v1/agents/{agent_id}/ask", response_model=AnswerOut, responses=ACCEPTED)
async def ask_agent(
    agent_id: UUID, body: QuestionIn, caller: Caller, budget: Budget, prefer: Prefer = ""
) -> AnswerOut | Response:
    asked, dialogue = body.question, body.conversation_id
    with where_to_pay(caller):
        if prefers_async(prefer):
            queued = question_acceptance().accept(caller, agent_id, asked, conversation_id=dialogue)
            return accepted(agent_id, PendingAnswerOut.of(queued))
        ask = answer_service().ask
        return AnswerOut.of(ask(caller, agent_id, asked, conversation_id=dialogue, budget=budget))


handler = lambda_handler(app)
