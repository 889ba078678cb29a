"""Keeps track of the chats that a bot was added to or removed from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.telegram.errors import BotChatNotFound
from mara.telegram.messages import BotChatPending
from mara.telegram.model.bot_chat import TITLE_MAX, BotChat, ChatState
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.chat_access import state_after
from mara.telegram.model.incoming import Membership
from mara.telegram.model.person import PersonKind
from mara.telegram.ports.chats import BotChats, BotPeople
from mara.telegram.ports.handling import ChatConversations

ForgetChat = Callable[[UUID, UUID, int], None]
"""Deletes what another domain keeps of a chat: owner, config, chat."""
OpenChat = Callable[[UUID, UUID, int], None]
"""Does what another domain does when a chat opens: owner, config, chat."""


@dataclass(frozen=True, slots=True)
class ChatMemberships:
    """Stores what follows from a membership, in the caller's transaction.

    ``others`` forget what they keep of a chat that the bot has left; ``opened`` are called with one
    that the bot may write to.
    """

    chats: BotChats
    people: BotPeople
    conversations: ChatConversations
    publish: Publish
    now: Clock
    others: Sequence[ForgetChat] = ()
    opened: Sequence[OpenChat] = ()

    def store(self, config: BotConfig, membership: Membership) -> None:
        """Approve the chat, let it wait for the owner, who is notified, or forget it."""
        known = self._known(config, membership)
        person = self.people.get(config.owner_id, config.id, membership.by.id)
        by_owner = person is not None and person.kind is PersonKind.OWNER
        state = state_after(membership, known.state if known else None, by_owner=by_owner)
        if not membership.is_member:
            self.conversations.forget(config.id, membership.chat.id)
            for forget in self.others:
                forget(config.owner_id, config.id, membership.chat.id)
        if state is None:
            self.chats.delete(config.owner_id, config.id, membership.chat.id)
            return
        self._save(config, membership, known, state)
        if membership.is_member and state is ChatState.APPROVED:
            for tell in self.opened:
                tell(config.owner_id, config.id, membership.chat.id)
        if known is None and state is ChatState.PENDING:
            ids = {"config_id": config.id, "owner_id": config.owner_id}
            self.publish(BotChatPending(**ids, chat_id=membership.chat.id))

    def _save(
        self, config: BotConfig, membership: Membership, known: BotChat | None, state: ChatState
    ) -> None:
        chat = membership.chat
        added_by = known.added_by if known and membership.was_member else membership.by.id
        ids = (config.id, config.owner_id, chat.id)
        title = chat.title[:TITLE_MAX]
        self.chats.save(BotChat(*ids, title, chat.kind, state, added_by, self.now()))

    def _known(self, config: BotConfig, membership: Membership) -> BotChat | None:
        try:
            return self.chats.lock(config.owner_id, config.id, membership.chat.id)
        except BotChatNotFound:
            return None
