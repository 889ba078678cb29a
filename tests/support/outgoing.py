"""Outgoing messages for tests."""

from typing import Any
from uuid import UUID

from mara.kernel.ids import new_id
from mara.telegram.model.formatted_text import FormattedText
from mara.telegram.model.outgoing import OutgoingMessage, Priority
from tests.support.bots import NOON


def make_message(
    config_id: UUID, owner_id: UUID, chat_id: int = -1, *texts: str, **more: Any
) -> OutgoingMessage:
    """A message that is due at noon, with a part for each text."""
    parts = tuple(FormattedText.of(text) for text in texts or ("hello",))
    given: dict[str, Any] = {"priority": Priority.ANSWER, "due_at": NOON} | more
    return OutgoingMessage(new_id(), config_id, owner_id, chat_id, parts=parts, **given)
