"""PUT /api/v1/agents/{agent_id} - replace the settings of an agent, which creates a new version.

Fields that are left out get their defaults. Without a gate the new version answers at once.
"""

from uuid import UUID

from mara.agents.schemas import AgentIn, AgentOut
from mara.entrypoints.http import USER, Form, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import agent_service


def check(form: Form) -> None:
    agent_service().check(form.caller, form.id("agent_id"), form.fields)


app = api(access=USER, form_check=check)


@app.put("/api/v1/agents/{agent_id}")
async def update_agent(agent_id: UUID, body: AgentIn, caller: Caller) -> AgentOut:
    agent = agent_service().update(
        caller, agent_id, body.to_settings(), given=body.model_fields_set
    )
    return AgentOut.of(agent)


handler = lambda_handler(app)
