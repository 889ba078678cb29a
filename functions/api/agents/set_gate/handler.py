"""PUT /api/v1/agents/{agent_id}/gate - set the minimum evaluation score for publishing.

While a gate is set, a change of the agent is not published by itself. Null removes the gate.
"""

from uuid import UUID

from mara.agents.schemas.versions import GateIn, PublicationOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import publication_service

app = api(access=USER)


@app.put("/api/v1/agents/{agent_id}/gate")
async def set_gate(agent_id: UUID, body: GateIn, caller: Caller) -> PublicationOut:
    return PublicationOut.of(publication_service().set_gate(caller, agent_id, body.min_score))


handler = lambda_handler(app)
