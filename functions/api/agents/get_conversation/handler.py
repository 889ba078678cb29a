"""GET /api/v1/conversations/{conversation_id} - get a conversation with its answers.

The text and the quotes of documents that were deleted since then are missing.
"""

from uuid import UUID

from mara.agents.schemas import ConversationWithAnswersOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import conversation_service

app = api(access=USER)


@app.get("/api/v1/conversations/{conversation_id}")
async def get_conversation(conversation_id: UUID, caller: Caller) -> ConversationWithAnswersOut:
    conversation, answers = conversation_service().get(caller, conversation_id)
    return ConversationWithAnswersOut.with_answers(conversation, answers)


handler = lambda_handler(app)
