"""DELETE /api/v1/agents/{agent_id} - delete an agent with its conversations.

The documents of the agent stay. A deleted agent cannot be restored.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import agent_service

app = api(access=USER)


@app.delete("/api/v1/agents/{agent_id}", status_code=204)
async def delete_agent(agent_id: UUID, caller: Caller) -> None:
    agent_service().delete(caller, agent_id)


handler = lambda_handler(app)
