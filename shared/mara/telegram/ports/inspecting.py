"""Ports of the doctor and of the hourly check of bots."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.telegram.model.doctor_facts import BotFacts
from mara.telegram.model.inspection import Inspection


class BotInspector(Protocol):
    """Asks Telegram about a bot, and changes nothing there."""

    def inspect(self, token: bytearray, chat_ids: Sequence[int] = ()) -> Inspection:
        """Ask for the account, the webhook and these chats, beside each other.

        Each question has a time limit of its own; one without an answer says why.
        """


class DoctorFacts(Protocol):
    """What MARA itself knows of the work of a bot."""

    def read(self, config_id: UUID, now: datetime) -> BotFacts:
        """Return what is stored of the bot's updates, and which chats it may not write to now."""
