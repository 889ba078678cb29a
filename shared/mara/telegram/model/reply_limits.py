"""How often a bot answers: per person, per chat, and for other bots."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from mara.telegram.model.bot_config import BotSettings
from mara.telegram.model.bot_reply import KEPT_FOR, BotReply, ReplyKind


@dataclass(frozen=True, slots=True)
class ReplyLimit:
    """At most ``most`` replies of the kind ``within`` a time, to one sender or in one chat."""

    kind: ReplyKind
    most: int
    within: timedelta
    per_sender: bool = True


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), KEPT_FOR
LIMITS: Final = (
    ReplyLimit(ReplyKind.BOT_QUESTION, 3, 10 * MINUTE),
    ReplyLimit(ReplyKind.DECLINED, 1, DAY),
    ReplyLimit(ReplyKind.LIMITED, 1, MINUTE),
    ReplyLimit(ReplyKind.TOO_DEAR, 1, HOUR),
    ReplyLimit(ReplyKind.CODE, 10, DAY),
)

Count = Callable[[BotReply, ReplyLimit], int]
"""How many other replies of the limit's kind there were in its time, up to that of the reply."""


@dataclass(frozen=True, slots=True)
class ReplyLimits:
    """The limits of a bot, and whether its answers of a day cost as much as its owner allows."""

    settings: BotSettings
    is_too_dear: bool = False

    def admitted(self, wanted: BotReply, count: Count, *, is_private: bool) -> ReplyKind:
        """The kind that is wanted, or what takes its place where a limit is reached.

        Too many or too dear questions are answered once in a while in private, and not at all
        elsewhere.
        """
        if self.is_too_dear:
            instead = ReplyKind.TOO_DEAR
        elif self._is_within(wanted, wanted.kind, count):
            return wanted.kind
        else:
            instead = ReplyKind.LIMITED
        is_asked = wanted.kind is ReplyKind.QUESTION and is_private
        is_said = is_asked and self._is_within(wanted, instead, count)
        return instead if is_said else ReplyKind.IGNORED

    def _is_within(self, wanted: BotReply, kind: ReplyKind, count: Count) -> bool:
        minute, hour = self.settings.questions_per_minute, self.settings.chat_questions_per_hour
        of_bot = (
            ReplyLimit(ReplyKind.QUESTION, minute, MINUTE),
            ReplyLimit(ReplyKind.QUESTION, hour, HOUR, per_sender=False),
        )
        limits = (limit for limit in (*of_bot, *LIMITS) if limit.kind is kind)
        return all(count(wanted, limit) < limit.most for limit in limits)
