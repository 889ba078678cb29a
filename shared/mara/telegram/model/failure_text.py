"""Why there is no answer, as the text of a message."""

from collections.abc import Sequence
from typing import Final

from mara.kernel.errors import (
    DomainError,
    Forbidden,
    LimitReached,
    NotFound,
    PaymentRequired,
    Unavailable,
)
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.chat_texts import ChatText, chat_text
from mara.telegram.model.formatted_text import FormattedText

_TEXTS: Final[Sequence[tuple[type[DomainError], ChatText]]] = (
    (PaymentRequired, ChatText.NO_MONEY),
    (Forbidden, ChatText.NOT_IN_PLAN),
    (NotFound, ChatText.NO_AGENT),
    (Unavailable, ChatText.UNAVAILABLE),
)


def failure_text(error: Exception, language: BotLanguage) -> FormattedText:
    """Why there is no answer, and what can be done; it has no figure of the owner's account."""
    if isinstance(error, LimitReached):
        seconds = error.retry_after_s
        return FormattedText.of(chat_text(ChatText.LIMIT_REACHED, language, seconds=seconds))
    for kind, text in _TEXTS:
        if isinstance(error, kind):
            return FormattedText.of(chat_text(text, language))
    return FormattedText.of(chat_text(ChatText.FAILED, language))
