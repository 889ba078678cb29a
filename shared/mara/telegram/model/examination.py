"""What the answers of Telegram and the rows of MARA mean for a bot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from mara.telegram.model.bot_config import BotConfig, BotProfile
from mara.telegram.model.doctor import BotCase, BotFinding
from mara.telegram.model.doctor_facts import AccountState, BotFacts
from mara.telegram.model.inspection import Problem, Trouble, WebhookView
from mara.telegram.model.update import CHAT_KINDS, PRESS

NEEDED_KINDS: Final = frozenset({*CHAT_KINDS, PRESS})
PENDING_MAX: Final = 100
"""So many updates wait at Telegram only where they are not accepted."""
ERROR_AGE: Final = timedelta(hours=1)
LATE: Final = timedelta(minutes=1)
"""A failing update holds its lane for half a minute at most."""


@dataclass(frozen=True, slots=True)
class BotExamination:
    """Examines a bot by itself; its chats have an examination of their own."""

    config: BotConfig
    webhook_url: str
    now: datetime

    def of_profile(self, profile: BotProfile | Problem) -> BotFinding:
        """Whether Telegram knows the token."""
        if isinstance(profile, BotProfile):
            return BotFinding(BotCase.TOKEN_VALID, {"bot": f"@{profile.username}"})
        if profile.trouble is Trouble.REVOKED:
            return BotFinding(BotCase.TOKEN_REVOKED)
        return BotFinding(BotCase.TOKEN_UNKNOWN, {"words": profile.words})

    def of_webhook(self, seen: WebhookView | Problem) -> Iterator[BotFinding]:
        """Whether updates come here, and whether they are accepted."""
        if isinstance(seen, Problem):
            yield BotFinding(BotCase.WEBHOOK_UNKNOWN, {"words": seen.words})
            return
        if seen.url != self.webhook_url:
            # The path of a foreign address may be its secret.
            host = urlsplit(seen.url).hostname or ""
            yield (
                BotFinding(BotCase.WEBHOOK_TAKEN, {"host": host})
                if host
                else BotFinding(BotCase.WEBHOOK_MISSING)
            )
            return
        yield BotFinding(BotCase.WEBHOOK_SET)
        yield self._delivery(seen)
        missing = sorted(NEEDED_KINDS - seen.kinds) if seen.kinds else []
        kinds = {"kinds": ", ".join(missing)}
        yield BotFinding(BotCase.KINDS_MISSING, kinds) if missing else BotFinding(BotCase.KINDS_ALL)

    def of_work(self, facts: BotFacts) -> Iterator[BotFinding]:
        """What came of the updates."""
        if facts.last_update_at is None:
            yield BotFinding(BotCase.NO_UPDATE)
        else:
            yield BotFinding(BotCase.UPDATE_CAME, {"at": moment(facts.last_update_at)})
        oldest = facts.oldest_waiting_at
        if oldest is not None and self.now - oldest > LATE:
            yield BotFinding(BotCase.LANES_LATE, {"at": moment(oldest)})
        else:
            yield BotFinding(BotCase.LANES_IN_TIME)
        dead = {"count": facts.dead_updates}
        yield (
            BotFinding(BotCase.SOME_DEAD, dead)
            if facts.dead_updates
            else BotFinding(BotCase.NO_DEAD)
        )

    def of_account(self, account: AccountState) -> Sequence[BotFinding]:
        """Whether the owner's account lets the bot answer."""
        used_up = {"meters": ", ".join(sorted(account.used_up))}
        return (
            BotFinding(BotCase.AGENT_THERE if account.has_agent else BotCase.AGENT_GONE),
            BotFinding(BotCase.PLAN_USED_UP, used_up)
            if account.used_up
            else BotFinding(BotCase.PLAN_SUFFICES),
        )

    def _delivery(self, seen: WebhookView) -> BotFinding:
        fields: dict[str, object] = {"pending": seen.pending}
        if seen.error_at is not None and self.now - seen.error_at < ERROR_AGE:
            fields |= {"at": moment(seen.error_at), "words": seen.error}
            return BotFinding(BotCase.DELIVERY_FAILED, fields)
        return BotFinding(
            BotCase.BACKLOG if seen.pending > PENDING_MAX else BotCase.DELIVERED, fields
        )


def moment(at: datetime) -> str:
    """A time as the texts name it."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
