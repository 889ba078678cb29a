"""GET /api/v1/agents/{agent_id}/conversations - list the conversations with an agent, newest first.

The list is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from uuid import UUID

from mara.agents.schemas import ConversationOut
from mara.agents.schemas.lists import ConversationSort
from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed, SearchText, page_out
from mara.entrypoints.principal import Caller
from mara.wiring.agents import conversation_service

app = api(access=USER)


@app.get("/api/v1/agents/{agent_id}/conversations")
async def list_conversations(
    agent_id: UUID,
    caller: Caller,
    listed: Listed,
    *,
    text: SearchText = None,
    sort: ConversationSort = "-created_at",
) -> PageOut[ConversationOut]:
    page = listed.request(sort, text=text)
    return page_out(conversation_service().list(caller, agent_id, page), ConversationOut.of)


handler = lambda_handler(app)
