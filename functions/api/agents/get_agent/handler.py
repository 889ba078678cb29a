"""GET /api/v1/agents/{agent_id} - get one of the caller's agents.

It has the newest version of the settings, and the number of the version that answers.
"""

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
