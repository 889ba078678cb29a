"""GET /api/v1/agents - list the caller's agents, newest first.

The list is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from mara.agents.schemas import AgentOut
from mara.agents.schemas.lists import AgentSort
from mara.entrypoints.http import AGENTS_READ, USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed, SearchText, page_out
from mara.entrypoints.principal import Caller
from mara.wiring.agents import agent_service

app = api(access=USER, scope=AGENTS_READ)


@app.get("/api/v1/agents")
async def list_agents(
    caller: Caller, listed: Listed, *, text: SearchText = None, sort: AgentSort = "-created_at"
) -> PageOut[AgentOut]:
    page = listed.request(sort, text=text)
    return page_out(agent_service().list(caller, page), AgentOut.of)


handler = lambda_handler(app)
