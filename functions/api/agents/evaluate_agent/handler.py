"""POST /api/v1/agents/{agent_id}/evaluations - ask the questions of rated answers again.

The score is the share of new answers that agree with the ratings. Each answer with feedback is a
case. The gate of the agent compares the score. A request runs the cases that fit its time; the
others have the outcome `left_out`.
"""

from uuid import UUID

from mara.agents.model.evaluation import IN_ONE_REQUEST
from mara.agents.schemas.evaluation import EvaluationIn, EvaluationOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import evaluation_service

app = api(access=USER)


@app.post("/api/v1/agents/{agent_id}/evaluations", status_code=201)
async def evaluate_agent(agent_id: UUID, body: EvaluationIn, caller: Caller) -> EvaluationOut:
    evaluation = evaluation_service().evaluate(
        caller, agent_id, body.version, within=IN_ONE_REQUEST
    )
    return EvaluationOut.of(evaluation)


handler = lambda_handler(app)
