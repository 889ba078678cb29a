"""Shows a chat that can be reached again what it missed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.agents.model import Language
from mara.alerts.model.missed_post import MISSED_FOR
from mara.alerts.model.summary import MISSED, summary_text
from mara.alerts.ports.messages import MissedPosts
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.telegram.model.message_parts import parts_of
from mara.telegram.model.outgoing import OutgoingMessage, Priority
from mara.telegram.ports import BotConfigs


@dataclass(frozen=True, slots=True)
class MissedDigests:
    """Queues one digest in the caller's transaction. It stays as it is: posts went another way."""

    missed: MissedPosts
    configs: BotConfigs
    queue_messages: Callable[[Sequence[OutgoingMessage]], None]
    now: Clock

    def post(self, owner_id: UUID, config_id: UUID, chat_id: int) -> None:
        """List what the chat missed; no effect where that is nothing, or too long ago.

        Raises BotConfigNotFound.
        """
        at = self.now()
        taken = self.missed.take(owner_id, config_id, chat_id)
        recent = [one for one in taken if at - one.missed_at < MISSED_FOR]
        listed = self.missed.listed(owner_id, {one.post_id for one in recent})
        if not listed:
            return
        language = self.configs.get(owner_id, config_id).settings.language
        topics = {one.thread_id for one in recent}
        text = summary_text(listed, MISSED, Language(language))
        digest = OutgoingMessage(
            id=new_id(),
            config_id=config_id,
            owner_id=owner_id,
            chat_id=chat_id,
            priority=Priority.DIGEST,
            parts=(parts_of(text)[0],),
            due_at=at,
            thread_id=topics.pop() if len(topics) == 1 else None,
        )
        self.queue_messages([digest])
