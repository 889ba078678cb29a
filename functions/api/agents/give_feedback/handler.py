"""POST /api/v1/agents/{agent_id}/answers/{answer_id}/feedback - rate an answer: did it help.

The last rating of an answer counts. Rated answers are the cases of evaluations.
"""

from uuid import UUID

from mara.agents.schemas import FeedbackIn, FeedbackOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import conversation_service

app = api(access=USER)


@app.post("/api/v1/agents/{agent_id}/answers/{answer_id}/feedback")
async def give_feedback(
    agent_id: UUID, answer_id: UUID, body: FeedbackIn, caller: Caller
) -> FeedbackOut:
    feedback = conversation_service().give_feedback(
        caller, agent_id, answer_id, helped=body.helped, comment=body.comment
    )
    return FeedbackOut.of(answer_id, feedback)


handler = lambda_handler(app)
