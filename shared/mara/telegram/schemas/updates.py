"""What Telegram sends to a webhook, and its answer."""

from typing import Annotated, Any, Final

from fastapi import Header
from pydantic import BaseModel, Field

from mara.telegram.model.update import SECRET_HEADER

_UPDATE: Final = {"update_id": 10000}
OPENAPI: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "An Update of the Bot API. Only its `update_id` and its chat are read "
        "here; further fields are stored as they are.",
        "content": {
            "application/json": {
                "schema": {
                    "title": "UpdateIn",
                    "description": "An update (core.telegram.org/bots/api#update).",
                    "type": "object",
                    "required": ["update_id"],
                    "properties": {
                        "update_id": {
                            "type": "integer",
                            "description": "Id of the update, unique for a bot.",
                            "examples": [_UPDATE["update_id"]],
                        }
                    },
                    "examples": [_UPDATE],
                }
            }
        },
    }
}

WebhookSecretHeader = Annotated[
    str,
    Header(
        alias=SECRET_HEADER,
        description="The secret that setWebhook was given.",
        examples=["Ct3mB5r7xkHq3cVw0yTqk3nWJ0G1uQ5f3aQk8d2mB5r"],
    ),
]


class UpdateReceiptOut(BaseModel):
    """The update is stored. Telegram does nothing with this body: it names no method."""

    is_repeated: bool = Field(
        description="Whether the update was stored before; then it had no effect.",
        examples=[False],
    )
