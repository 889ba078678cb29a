"""GET /api/v1/agents/{agent_id}/evaluations - list the evaluations of an agent, newest first.

Each has the result of every case, and the score of the version.
"""

from uuid import UUID

from mara.agents.schemas.evaluation import EvaluationOut, EvaluationsOut
from mara.entrypoints.http import USER, Limit, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import evaluation_service

app = api(access=USER)


@app.get("/api/v1/agents/{agent_id}/evaluations")
async def list_evaluations(agent_id: UUID, caller: Caller, limit: Limit = 20) -> EvaluationsOut:
    found = evaluation_service().list(caller, agent_id, limit)
    return EvaluationsOut(items=[EvaluationOut.of(evaluation) for evaluation in found])


handler = lambda_handler(app)
