"""PATCH /api/v1/agents/{agent_id} - change some settings of an agent.

The body is a JSON merge patch (RFC 7396): omitted fields stay, and null erases a field. A change
creates a new version of the agent, which answers at once unless the agent has a gate.
"""

from uuid import UUID

from mara.agents.schemas import AgentOut, AgentPatch
from mara.entrypoints.http import USER, Form, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.patch import MEDIA_TYPES
from mara.wiring.agents import agent_service


def check(form: Form) -> None:
    agent_service().check(form.caller, form.id("agent_id"), form.fields)


app = api(access=USER, form_check=check)


@app.patch("/api/v1/agents/{agent_id}")
async def change_agent(agent_id: UUID, body: AgentPatch, caller: Caller) -> AgentOut:
    return AgentOut.of(agent_service().change(caller, agent_id, body.changes()))


handler = lambda_handler(app, media_types=MEDIA_TYPES)
