"""Texts of chats that are kept for dry runs of a rule, encrypted."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from mara.alerts.model.rule_kinds import ContentKind, RuleSender
from mara.kernel.envelope import EncryptionContext


@dataclass(frozen=True, slots=True)
class SealedText:
    """A text by AES-256-GCM, bound to its row and its owner; the key is that of the bot."""

    nonce: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeptText:
    """A message that a rule read. An edit replaces the text; ``received_at`` is of the first."""

    id: UUID
    rule_id: UUID
    owner_id: UUID
    chat_id: int
    message_id: int
    thread_id: int | None
    kinds: frozenset[ContentKind]
    sender: RuleSender
    received_at: datetime
    sealed: SealedText

    @property
    def encryption_context(self) -> EncryptionContext:
        """What the text is bound to."""
        return text_context(self.id, self.owner_id)


def text_id(rule_id: UUID, chat_id: int, message_id: int) -> UUID:
    """Return the id of the row of a message, so that its edits are the same row."""
    return uuid5(rule_id, f"{chat_id}/{message_id}")


def text_context(text_id: UUID, owner_id: UUID) -> EncryptionContext:
    """Return what the text of a row is bound to."""
    return EncryptionContext("rule_texts", "ciphertext", text_id, owner_id)
