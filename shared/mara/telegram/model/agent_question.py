"""Questions of chats to agents: their conversations, and the ids that their answers may get."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

ANSWER_IDS: Final = 32
"""One for each try of ten redrives: an answer that failed cannot be charged by its id again."""
_TIME_BITS: Final = 48


@dataclass(frozen=True, slots=True)
class ChatConversation:
    """The conversation of a chat, in forums of a topic; ``thread_id`` is 0 outside of topics."""

    config_id: UUID
    owner_id: UUID
    chat_id: int
    thread_id: int
    conversation_id: UUID
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class AgentQuestion:
    """A question to an agent. Its answer gets one of ``answer_ids``, the first that is free."""

    owner_id: UUID
    agent_id: UUID
    text: str = field(repr=False)
    answer_ids: tuple[UUID, ...]
    conversation_id: UUID | None


def answer_ids(config_id: UUID, update_id: int, received_at: datetime) -> tuple[UUID, ...]:
    """The ids that the answer to an update may get; equal for each try.

    They are of version 7, with the time of the update, so that lists show answers in their order.
    """
    time = int(received_at.timestamp() * 1000) & ((1 << _TIME_BITS) - 1)
    found = []
    for number in range(ANSWER_IDS):
        digest = sha256(f"{config_id}:{update_id}:{number}".encode()).digest()
        bits = int.from_bytes(digest[:10], "big")
        high, low = bits & 0xFFF, (bits >> 12) & ((1 << 62) - 1)
        value = (time << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low
        found.append(UUID(int=value))
    return tuple(found)
