"""GET /api/v1/agents - list the caller's agents, newest first.

The list is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from mara.agents.schemas import AgentOut
from mara.entrypoints.http import AGENTS_READ, USER, Limit, PageOut, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.page import PageRequest
from mara.wiring.agents import agent_service

app = api(access=USER, scope=AGENTS_READ)


@app.get("/api/v1/agents")
async def list_agents(
    caller: Caller, limit: Limit = 20, cursor: str | None = None
) -> PageOut[AgentOut]:
    page = agent_service().list(caller, PageRequest.of(limit, cursor))
    items = [AgentOut.of(agent) for agent in page.items]
    return PageOut(items=items, next_cursor=page.next_cursor)


handler = lambda_handler(app)
