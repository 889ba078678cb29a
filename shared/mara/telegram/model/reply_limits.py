"""How often a bot answers: per person, per chat, and for other bots."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

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
    ReplyLimit(ReplyKind.QUESTION, 10, MINUTE),
    ReplyLimit(ReplyKind.QUESTION, 60, HOUR, per_sender=False),
    ReplyLimit(ReplyKind.BOT_QUESTION, 3, 10 * MINUTE),
    ReplyLimit(ReplyKind.DECLINED, 1, DAY),
    ReplyLimit(ReplyKind.LIMITED, 1, MINUTE),
    ReplyLimit(ReplyKind.CODE, 10, DAY),
)

Count = Callable[[BotReply, ReplyLimit], int]
"""How many other replies of the limit's kind there were in its time, up to that of the reply."""


def admitted(wanted: BotReply, count: Count, *, is_private: bool) -> ReplyKind:
    """The kind that is wanted, or what takes its place where a limit is reached.

    Too many questions are answered once a minute in private, and not at all elsewhere.
    """
    if _is_within(wanted, wanted.kind, count):
        return wanted.kind
    is_asked = wanted.kind is ReplyKind.QUESTION and is_private
    if is_asked and _is_within(wanted, ReplyKind.LIMITED, count):
        return ReplyKind.LIMITED
    return ReplyKind.IGNORED


def _is_within(wanted: BotReply, kind: ReplyKind, count: Count) -> bool:
    limits = (limit for limit in LIMITS if limit.kind is kind)
    return all(count(wanted, limit) < limit.most for limit in limits)
