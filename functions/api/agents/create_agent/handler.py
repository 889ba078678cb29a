"""POST /api/v1/agents - create an agent over all or some of the caller's documents.

The agent can be asked at once. Its first version is published by its creation.
"""

from mara.agents.schemas import AgentIn, AgentOut
from mara.entrypoints.http import USER, Form, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import agent_service


def check(form: Form) -> None:
    agent_service().check(form.caller, None, form.fields)


app = api(access=USER, form_check=check)


@app.post("/api/v1/agents", status_code=201)
async def create_agent(body: AgentIn, caller: Caller) -> AgentOut:
    return AgentOut.of(agent_service().create(caller, body.to_settings()))


handler = lambda_handler(app)
