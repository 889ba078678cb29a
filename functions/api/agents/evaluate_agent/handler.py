"""POST /api/v1/agents/{agent_id}/evaluations - ask the questions of rated answers again.

The score is the share of new answers that agree with the ratings. Each answer with feedback is a
case. The gate of the agent compares the score. An answer to a case uses the plan of the caller as
one of `ask` does. A request runs the cases that fit its time and the plan; the others have the
outcome `left_out`, and `stopped_by` says why. If the plan allows none, the response is 402.
"""

from uuid import UUID

from mara.agents.model.evaluation import IN_ONE_REQUEST
from mara.agents.schemas.evaluation import EvaluationIn, EvaluationOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import evaluation_service
from mara.wiring.payments import where_to_pay

app = api(access=USER)


@app.post("/api/v1/agents/{agent_id}/evaluations", status_code=201)
async def evaluate_agent(agent_id: UUID, body: EvaluationIn, caller: Caller) -> EvaluationOut:
    evaluate = evaluation_service().evaluate
    with where_to_pay(caller):
        return EvaluationOut.of(evaluate(caller, agent_id, body.version, within=IN_ONE_REQUEST))


handler = lambda_handler(app)
