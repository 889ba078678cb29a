"""Gives a chat its new id once its group became a supergroup."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from mara.kernel.clock import Clock
from mara.telegram.ports import BotConfigs
from mara.telegram.ports.chats import BotChats
from mara.telegram.ports.outgoing import OutgoingMessages

MoveChat = Callable[[UUID, UUID, int, int], None]
"""Moves what another domain keeps of a chat: owner, config, old id, new id."""


@dataclass(frozen=True, slots=True)
class ChatMigration:
    """Moves chat, target and what waits for the chat; ``others`` move what they keep of it."""

    configs: BotConfigs
    chats: BotChats
    messages: OutgoingMessages
    now: Clock
    others: Sequence[MoveChat] = ()

    def move(self, owner_id: UUID, config_id: UUID, old_chat_id: int, new_chat_id: int) -> None:
        """Move all in the caller's transaction; a second call has no effect.

        Raises BotConfigNotFound.
        """
        config = self.configs.lock(owner_id, config_id)
        if config.settings.target_chat_id == old_chat_id:
            # The topics of a supergroup are others than those that were named before.
            moved = replace(config.settings, target_chat_id=new_chat_id, target_thread_id=None)
            self.configs.save(config.changed(self.now(), settings=moved))
        self.chats.move(owner_id, config_id, old_chat_id, new_chat_id)
        self.messages.move(config_id, old_chat_id, new_chat_id)
        for move in self.others:
            move(owner_id, config_id, old_chat_id, new_chat_id)
