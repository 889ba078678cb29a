"""What the Bot API answers, in the terms of what is done next.

The words are those of telegram-bot-api/Client.cpp and of the server behind it. Errors of aiogram
may name the URL, which holds the token: only Telegram's words and names of classes are kept.
"""

from datetime import timedelta
from typing import Final

from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from mara.telegram.model.sending import SendOutcome, SendResult

BAD_REQUESTS: Final = (
    ("message is not modified", SendResult.NOT_MODIFIED),
    ("message to edit not found", SendResult.NO_EDIT),
    ("message can't be edited", SendResult.NO_EDIT),
    ("no text in the message to edit", SendResult.NO_EDIT),
    ("message_id_invalid", SendResult.NO_EDIT),
    ("message thread not found", SendResult.NO_TOPIC),
    ("topic_closed", SendResult.NO_TOPIC),
    ("topic_deleted", SendResult.NO_TOPIC),
    ("chat not found", SendResult.UNREACHABLE),
    ("not enough rights", SendResult.UNREACHABLE),
    ("have no rights", SendResult.UNREACHABLE),
    ("need administrator rights", SendResult.UNREACHABLE),
    ("chat_write_forbidden", SendResult.UNREACHABLE),
    ("group chat was deactivated", SendResult.UNREACHABLE),
    ("entities", SendResult.BAD_ENTITIES),
    ("entity", SendResult.BAD_ENTITIES),
)
"""Parts of the words of a 400 in small letters, and what they mean; the first that fits."""


KINDS: Final = (
    (TelegramForbiddenError, SendResult.UNREACHABLE),
    # 404 is the answer to a token that has not the form of one (telegram-bot-api).
    ((TelegramUnauthorizedError, TelegramNotFound), SendResult.REVOKED),
    ((TelegramServerError, TelegramConflictError), SendResult.FAULT),
)


def outcome_of(error: Exception) -> SendOutcome:
    """The meaning of an error of aiogram. Raises it where it is none of a request."""
    if isinstance(error, TelegramAPIError) and not isinstance(error, TelegramNetworkError):
        return _answered(error)
    # Errors of aiogram that are none of the Bot API: a proxy answered, or the answer broke off.
    if isinstance(error, AiogramError | OSError | TimeoutError):
        return SendOutcome(SendResult.FAULT, f"No answer: {type(error).__name__}.")
    raise error


def _answered(error: TelegramAPIError) -> SendOutcome:
    words = error.message
    if isinstance(error, TelegramRetryAfter):
        wait = timedelta(seconds=error.retry_after)
        return SendOutcome(SendResult.POSTPONED, words, retry_after=wait)
    if isinstance(error, TelegramMigrateToChat):
        return SendOutcome(SendResult.MIGRATED, words, chat_id=error.migrate_to_chat_id)
    if isinstance(error, TelegramBadRequest):
        lower = words.lower()
        return SendOutcome(
            next((kind for part, kind in BAD_REQUESTS if part in lower), SendResult.REFUSED), words
        )
    kinds = (outcome for kind, outcome in KINDS if isinstance(error, kind))
    return SendOutcome(next(kinds, SendResult.REFUSED), words)
