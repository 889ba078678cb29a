"""Counts what bots say about messages, and holds back what is too much."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from mara.kernel.count_lock import CountLock
from mara.telegram.model.bot_reply import BotReply, ReplyKind
from mara.telegram.model.reply_limits import ReplyLimits
from mara.telegram.ports.handling import BotReplies


@dataclass(frozen=True, slots=True)
class ReplyAdmission:
    """Admits replies, in the caller's transaction."""

    replies: BotReplies
    lock_count: CountLock

    def admit(
        self, wanted: BotReply, limits: Callable[[], ReplyLimits], *, is_private: bool
    ) -> ReplyKind:
        """The kind within the limits; a second try of the update does what the first one did.

        ``limits`` is called once no other reply of the bot is counted meanwhile.
        """
        before = self.replies.find(wanted.config_id, wanted.update_id)
        if before is not None:
            return before.kind
        # Chats of a bot are handled side by side, and share the limits of a person and the price.
        self.lock_count(wanted.owner_id, "bot_replies")
        found = limits().admitted(wanted, self.replies.count, is_private=is_private)
        self.replies.add(replace(wanted, kind=found))
        return found

    def expected(self, wanted: BotReply, limits: ReplyLimits, *, is_private: bool) -> ReplyKind:
        """What ``admit`` returns if nothing else is counted before; nothing is counted."""
        before = self.replies.find(wanted.config_id, wanted.update_id)
        if before is not None:
            return before.kind
        return limits.admitted(wanted, self.replies.count, is_private=is_private)
