"""Ports for the chats of bots, and for the people who may ask them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.telegram.model.bot_chat import BotChat
from mara.telegram.model.person import BotPerson, Invitation


class BotChats(Protocol):
    """The chats of bots."""

    def get(self, owner_id: UUID, config_id: UUID, chat_id: int) -> BotChat:
        """Return the chat. Raises BotChatNotFound."""

    def lock(self, owner_id: UUID, config_id: UUID, chat_id: int) -> BotChat:
        """Return it, locked until the transaction ends. Raises BotChatNotFound."""

    def list(self, owner_id: UUID, config_id: UUID, page: PageRequest) -> Sequence[BotChat]:
        """Return a page of the bot's chats, and one more if there are more.

        The filters are ``state`` and ``text`` (of the title). Raises InvalidCursor.
        """

    def count(self, owner_id: UUID, config_id: UUID, page: PageRequest) -> int:
        """Return the number of the bot's chats that the filters of ``page`` admit."""

    def save(self, chat: BotChat) -> None:
        """Insert the chat, or replace what is known of it."""

    def saw_bots(self, config_id: UUID, chat_id: int, at: datetime) -> None:
        """Remember that a message of another bot came, at most once a day."""

    def mute(self, owner_id: UUID, config_id: UUID, chat_id: int, until: datetime | None) -> bool:
        """Mute the alerts of a chat until a time, None ends that; False where it is unknown."""

    def delete(self, owner_id: UUID, config_id: UUID, chat_id: int) -> None:
        """Forget the chat; no effect where it is unknown."""

    def move(self, owner_id: UUID, config_id: UUID, old_chat_id: int, new_chat_id: int) -> None:
        """Give the chat its new id: a group became a supergroup.

        What is known under the new id is replaced: the state that the owner chose has the old one.
        Telegram says so in both chats: a second call, without the old id, has no effect.
        """


class BotPeople(Protocol):
    """The Telegram accounts that may ask a bot in private."""

    def get(self, owner_id: UUID, config_id: UUID, telegram_id: int) -> BotPerson | None:
        """Return the person, or None where the account is not linked."""

    def find(self, config_id: UUID, telegram_id: int) -> BotPerson | None:
        """Return the person, whosever it is, in the scope of the system; None without one."""

    def find_account(self, owner_id: UUID) -> BotPerson | None:
        """Return the Telegram account that is linked to the user; None without one."""

    def list(self, owner_id: UUID, config_id: UUID, page: PageRequest) -> Sequence[BotPerson]:
        """Return a page of people, and one more if there are more. Raises InvalidCursor."""

    def count(self, owner_id: UUID, config_id: UUID) -> int:
        """Return how many people may ask the bot."""

    def add(self, person: BotPerson) -> None:
        """Insert the person, or replace what is known of it.

        An account that is the owner's stays so, whatever a later invitation makes.
        """

    def remove(self, owner_id: UUID, config_id: UUID, telegram_id: int) -> bool:
        """Remove the person; return False where the account was not linked."""


class ForgetTalk(Protocol):
    """Deletes what the platform's bot holds of a Telegram account but its link.

    Messages of users, such as notices, stay: they go with their users.
    """

    def __call__(self, config_id: UUID, telegram_id: int, /, *, within: int | None = None) -> int:
        """Delete it in the open transaction, of the scope of the system; return how many rows.

        ``within`` is the update that is handled just now: those that wait behind it stay.
        """


class Invitations(Protocol):
    """The codes that link Telegram accounts."""

    def add(self, invitation: Invitation) -> None:
        """Insert an invitation."""

    def take(self, config_id: UUID, code_hash: bytes, now: datetime) -> Invitation | None:
        """Use the code of a bot; None where it is unknown, over, or was used.

        Of transactions that take one code at once, a single one gets it.
        """

    def forget(self, before: datetime) -> int:
        """Delete invitations that ended before a time, used or not; their number."""
