"""The findings of the doctor: which check saw what, and what that means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Check(StrEnum):
    """What is checked; from ``member`` on, once for each chat."""

    TOKEN = "token"  # noqa: S105 - a name
    WEBHOOK = "webhook"
    DELIVERY = "delivery"
    KINDS = "allowed_updates"
    LAST_UPDATE = "last_update"
    LANES = "lanes"
    DEAD_UPDATES = "dead_updates"
    AGENT = "agent"
    PLAN = "plan"
    MEMBER = "member"
    RIGHTS = "rights"
    FORUM = "forum"
    MESSAGES = "all_messages"
    BOT_MESSAGES = "bot_messages"
    PAUSE = "pause"


class CheckState(StrEnum):
    """``unknown``: it cannot be seen now."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"


class BotCase(StrEnum):
    """What a check can see; each has its texts."""

    TOKEN_VALID = "token_valid"  # noqa: S105 - a name
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a name
    TOKEN_UNKNOWN = "token_unknown"  # noqa: S105 - a name
    WEBHOOK_SET = "webhook_set"
    WEBHOOK_TAKEN = "webhook_taken"
    WEBHOOK_MISSING = "webhook_missing"
    WEBHOOK_UNKNOWN = "webhook_unknown"
    DELIVERED = "delivered"
    DELIVERY_FAILED = "delivery_failed"
    BACKLOG = "backlog"
    KINDS_ALL = "kinds_all"
    KINDS_MISSING = "kinds_missing"
    UPDATE_CAME = "update_came"
    NO_UPDATE = "no_update"
    LANES_IN_TIME = "lanes_in_time"
    LANES_LATE = "lanes_late"
    NO_DEAD = "no_dead"
    SOME_DEAD = "some_dead"
    AGENT_THERE = "agent_there"
    AGENT_GONE = "agent_gone"
    PLAN_SUFFICES = "plan_suffices"
    PLAN_USED_UP = "plan_used_up"
    MEMBER_IN = "member_in"
    MEMBER_OUT = "member_out"
    MIGRATED = "migrated"
    CHAT_UNKNOWN = "chat_unknown"
    MAY_WRITE = "may_write"
    MAY_NOT_WRITE = "may_not_write"
    TOPICS_RIGHT = "topics_right"
    NO_TOPICS = "no_topics"
    SEES_ALL = "sees_all"
    PRIVACY_ON = "privacy_on"
    ADDED_BEFORE = "added_before"
    SEES_POSTS = "sees_posts"
    SAW_BOTS = "saw_bots"
    BOTS_UNKNOWN = "bots_unknown"
    NOT_PAUSED = "not_paused"
    PAUSED = "paused"


CASES: Final[Mapping[Check, Mapping[CheckState, tuple[BotCase, ...]]]] = {
    Check.TOKEN: {
        CheckState.OK: (BotCase.TOKEN_VALID,),
        CheckState.FAILED: (BotCase.TOKEN_REVOKED,),
        CheckState.UNKNOWN: (BotCase.TOKEN_UNKNOWN,),
    },
    Check.WEBHOOK: {
        CheckState.OK: (BotCase.WEBHOOK_SET,),
        CheckState.FAILED: (BotCase.WEBHOOK_TAKEN, BotCase.WEBHOOK_MISSING),
        CheckState.UNKNOWN: (BotCase.WEBHOOK_UNKNOWN,),
    },
    Check.DELIVERY: {
        CheckState.OK: (BotCase.DELIVERED,),
        CheckState.WARNING: (BotCase.DELIVERY_FAILED, BotCase.BACKLOG),
    },
    Check.KINDS: {CheckState.OK: (BotCase.KINDS_ALL,), CheckState.FAILED: (BotCase.KINDS_MISSING,)},
    Check.LAST_UPDATE: {
        CheckState.OK: (BotCase.UPDATE_CAME,),
        CheckState.WARNING: (BotCase.NO_UPDATE,),
    },
    Check.LANES: {
        CheckState.OK: (BotCase.LANES_IN_TIME,),
        CheckState.WARNING: (BotCase.LANES_LATE,),
    },
    Check.DEAD_UPDATES: {
        CheckState.OK: (BotCase.NO_DEAD,),
        CheckState.WARNING: (BotCase.SOME_DEAD,),
    },
    Check.AGENT: {CheckState.OK: (BotCase.AGENT_THERE,), CheckState.FAILED: (BotCase.AGENT_GONE,)},
    Check.PLAN: {
        CheckState.OK: (BotCase.PLAN_SUFFICES,),
        CheckState.FAILED: (BotCase.PLAN_USED_UP,),
    },
    Check.MEMBER: {
        CheckState.OK: (BotCase.MEMBER_IN,),
        CheckState.FAILED: (BotCase.MEMBER_OUT, BotCase.MIGRATED),
        CheckState.UNKNOWN: (BotCase.CHAT_UNKNOWN,),
    },
    Check.RIGHTS: {
        CheckState.OK: (BotCase.MAY_WRITE,),
        CheckState.FAILED: (BotCase.MAY_NOT_WRITE,),
    },
    Check.FORUM: {CheckState.OK: (BotCase.TOPICS_RIGHT,), CheckState.WARNING: (BotCase.NO_TOPICS,)},
    Check.MESSAGES: {
        CheckState.OK: (BotCase.SEES_ALL,),
        CheckState.WARNING: (BotCase.PRIVACY_ON, BotCase.ADDED_BEFORE),
    },
    Check.BOT_MESSAGES: {
        CheckState.OK: (BotCase.SEES_POSTS, BotCase.SAW_BOTS),
        CheckState.UNKNOWN: (BotCase.BOTS_UNKNOWN,),
    },
    Check.PAUSE: {CheckState.OK: (BotCase.NOT_PAUSED,), CheckState.WARNING: (BotCase.PAUSED,)},
}
PLACES: Final = {
    case: (check, state)
    for check, states in CASES.items()
    for state, cases in states.items()
    for case in cases
}


@dataclass(frozen=True, slots=True)
class BotFinding:
    """What a check saw; ``fields`` fill its texts, ``chat_id`` is set for checks of a chat."""

    case: BotCase
    fields: Mapping[str, object] = field(default_factory=dict)
    chat_id: int | None = None

    @property
    def check(self) -> Check:
        """The check that saw it."""
        return PLACES[self.case][0]

    @property
    def state(self) -> CheckState:
        """What it means."""
        return PLACES[self.case][1]
