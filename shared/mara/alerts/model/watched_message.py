"""Messages of chats as monitoring rules see them, and the rules that fired on them."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mara.alerts.model.rule import RuleSettings
from mara.alerts.model.rule_kinds import ContentKind, RuleSender


@dataclass(frozen=True, slots=True)
class WatchedMessage:
    """A message of a chat as rules see it; ``kinds`` are all that it is.

    ``origin`` is the chat and the id of the message that it is a copy of, else its own: a post of a
    channel and its copy in the discussion group are one message.
    """

    chat_id: int
    message_id: int
    thread_id: int | None
    origin: tuple[int, int]
    kinds: frozenset[ContentKind]
    sender: RuleSender
    text: str = field(repr=False)

    def is_read_by(self, settings: RuleSettings) -> bool:
        """Whether a rule reads such messages of this chat."""
        return (
            self.chat_id in settings.chat_ids
            and self.kinds <= settings.kinds
            and self.sender in settings.senders
        )


@dataclass(frozen=True, slots=True)
class RuleFiring:
    """A message that a rule fired on; ``origin`` as ``WatchedMessage`` has it."""

    id: UUID
    rule_id: UUID
    owner_id: UUID
    origin: tuple[int, int]
    at: datetime
