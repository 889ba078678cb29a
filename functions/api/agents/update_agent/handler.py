"""PUT /api/v1/agents/{agent_id} - replace the settings of an agent, which creates a new version.

Fields that are left out get their defaults. Without a gate the new version answers at once.
"""

from uuid import UUID

from mara.agents.schemas import AgentIn, AgentOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import agent_service

app = api(access=USER)


@app.put("/api/v1/agents/{agent_id}")
async def update_agent(agent_id: UUID, body: AgentIn, caller: Caller) -> AgentOut:
    return AgentOut.of(agent_service().update(caller, agent_id, body.to_settings()))


handler = lambda_handler(app)
