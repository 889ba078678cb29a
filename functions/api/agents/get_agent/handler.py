"""GET /api/v1/agents/{agent_id} - one of the caller's agents."""

from uuid import UUID

from mara.agents.schemas import AgentOut
from mara.entrypoints.http import AGENTS_READ, USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import agent_service

app = api(access=USER, scope=AGENTS_READ)


@app.get("/api/v1/agents/{agent_id}")
async def get_agent(agent_id: UUID, caller: Caller) -> AgentOut:
    return AgentOut.of(agent_service().get(caller, agent_id))


handler = lambda_handler(app)
