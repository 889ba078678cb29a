"""PATCH /api/v1/conversations/{conversation_id} - change the title of a conversation.

The body is a JSON merge patch (RFC 7396).
"""

from uuid import UUID

from mara.agents.schemas import ConversationOut, ConversationPatch
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.patch import MEDIA_TYPES
from mara.wiring.agents import conversation_service

app = api(access=USER)


@app.patch("/api/v1/conversations/{conversation_id}")
async def change_conversation(
    conversation_id: UUID, body: ConversationPatch, caller: Caller
) -> ConversationOut:
    changed = conversation_service().change(caller, conversation_id, body.changes())
    return ConversationOut.of(changed)


handler = lambda_handler(app, media_types=MEDIA_TYPES)
