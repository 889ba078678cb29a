"""The errors of the Bot API, in the words of its server.

The texts are those of telegram-bot-api/Client.cpp (``fail_query_with_error``,
``check_chat_access``) and of https://github.com/tdlib/td, or of the server behind both.
"""

from typing import Any

PREFIXES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    429: "Too Many Requests",
}
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
NO_RIGHT_TO_SEND = "not enough rights to send text messages to the chat"
WEBHOOK_IS_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook"
    " first"
)
OTHER_GET_UPDATES = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)


class ApiError(Exception):
    """An answer ``{"ok": false, "error_code", "description", "parameters"?}``.

    https://core.telegram.org/bots/api#making-requests, #responseparameters
    """

    def __init__(self, code: int, text: str, parameters: dict[str, Any] | None = None) -> None:
        """``text`` follows the words of the code, such as ``Bad Request``."""
        prefix = PREFIXES.get(code)
        self.description = ": ".join(part for part in (prefix, text) if part)
        super().__init__(self.description)
        self.code = code
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The answer's body."""
        said = {"ok": False, "error_code": self.code, "description": self.description}
        return said | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(text: str) -> ApiError:
    """A 400."""
    return ApiError(400, text)


def forbidden(text: str) -> ApiError:
    """A 403."""
    return ApiError(403, text)


def migrated(chat_id: int) -> ApiError:
    """A 400 that names the supergroup that a group became."""
    text = "group chat was upgraded to a supergroup chat"
    return ApiError(400, text, {"migrate_to_chat_id": chat_id})


def too_many_requests(retry_after_s: int) -> ApiError:
    """A 429."""
    return ApiError(429, f"retry after {retry_after_s}", {"retry_after": retry_after_s})
