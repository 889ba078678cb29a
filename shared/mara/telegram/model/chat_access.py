"""Who may ask a bot: a bot's name is public, and its owner pays for every answer."""

from dataclasses import dataclass

from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.bot_config import BotAccess
from mara.telegram.model.incoming import IncomingMessage, Membership
from mara.telegram.model.person import BotPerson, PersonKind


@dataclass(frozen=True, slots=True)
class Asker:
    """What is known of a sender, and of the chat that is no private one."""

    person: BotPerson | None
    chat: BotChat | None
    access: BotAccess

    @property
    def is_owner(self) -> bool:
        """Whether the account is linked to the bot's owner."""
        return self.person is not None and self.person.kind is PersonKind.OWNER


def may_ask(message: IncomingMessage, asker: Asker) -> bool:
    """Whether the sender gets answers in this chat.

    In private only linked accounts, unless the access is ``anyone``; elsewhere everyone in a chat
    that the owner approved.
    """
    if message.chat.kind is not ChatKind.PRIVATE:
        return asker.chat is not None and asker.chat.state is ChatState.APPROVED
    return asker.person is not None or asker.access is BotAccess.ANYONE


def state_after(
    membership: Membership, known: ChatState | None, *, by_owner: bool
) -> ChatState | None:
    """The state of a chat after a change of the bot's membership; None means to forget the chat.

    ``known`` is the state before. A chat that the bot has left is forgotten, but a refusal stays:
    who adds the bot again may not be the owner. A private chat is known once its person is linked,
    and unreachable while the person blocks the bot.
    """
    if membership.chat.kind is ChatKind.PRIVATE:
        return known and (ChatState.APPROVED if membership.is_member else ChatState.UNREACHABLE)
    if not membership.is_member:
        return ChatState.REFUSED if known is ChatState.REFUSED else None
    if by_owner and not membership.was_member:
        return ChatState.APPROVED
    if known is ChatState.UNREACHABLE:
        return ChatState.APPROVED if membership.was_member else ChatState.PENDING
    return known or ChatState.PENDING
