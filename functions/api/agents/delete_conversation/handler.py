"""DELETE /api/v1/conversations/{conversation_id} - delete a conversation with its answers.

The feedback on its answers is deleted too.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import conversation_service

app = api(access=USER)


@app.delete("/api/v1/conversations/{conversation_id}", status_code=204)
async def delete_conversation(conversation_id: UUID, caller: Caller) -> None:
    conversation_service().delete(caller, conversation_id)


handler = lambda_handler(app)
