"""GET /api/v1/agents/{agent_id}/conversations - list the conversations with an agent, newest first.

The list is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from uuid import UUID

from mara.agents.schemas import ConversationOut
from mara.entrypoints.http import USER, Limit, PageOut, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.page import PageRequest
from mara.wiring.agents import conversation_service

app = api(access=USER)


@app.get("/api/v1/agents/{agent_id}/conversations")
async def list_conversations(
    agent_id: UUID, caller: Caller, limit: Limit = 20, cursor: str | None = None
) -> PageOut[ConversationOut]:
    request = PageRequest.of(limit, cursor)
    page = conversation_service().list(caller, agent_id, request)
    items = [ConversationOut.of(conversation) for conversation in page.items]
    return PageOut(items=items, next_cursor=page.next_cursor)


handler = lambda_handler(app)
