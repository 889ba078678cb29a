"""Links the account of a person who followed an invitation."""

from dataclasses import dataclass

from mara.kernel.clock import Clock
from mara.telegram.model.bot_chat import BotChat, ChatState
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.incoming import IncomingMessage
from mara.telegram.model.person import BotPerson, hash_of_code
from mara.telegram.ports.chats import BotChats, BotPeople, Invitations


@dataclass(frozen=True, slots=True)
class InvitationUse:
    """Takes the codes of invitations, in the caller's transaction."""

    invitations: Invitations
    people: BotPeople
    chats: BotChats
    now: Clock

    def link(self, config: BotConfig, code: str, message: IncomingMessage) -> bool:
        """Link the sender of the message, whose private chat it is; False for a wrong code."""
        now, sender, chat = self.now(), message.sender, message.chat
        digest = hash_of_code(code)
        if sender is None:
            return False
        taken = self.invitations.take(config.id, digest, now)
        if taken is None:
            return False
        ids = (config.id, config.owner_id)
        self.people.add(BotPerson(*ids, sender.id, taken.makes, sender.name, now))
        state = ChatState.APPROVED
        self.chats.save(BotChat(*ids, chat.id, chat.title, chat.kind, state, sender.id, now))
        return True
