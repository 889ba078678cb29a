"""The buttons below posts: votes on whether the section helped, and passing the post on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.outgoing import Button


class Verb(StrEnum):
    """What a button does; its value is the first character of the button's data."""

    HELPED = "+"
    DID_NOT_HELP = "-"
    ESCALATE = "!"


LABELS: Final = {
    BotLanguage.EN: {Verb.HELPED: "👍 Helped", Verb.DID_NOT_HELP: "👎 Did not help"},
    BotLanguage.RU: {Verb.HELPED: "👍 Помогло", Verb.DID_NOT_HELP: "👎 Не помогло"},
}
THANKS: Final = {
    BotLanguage.EN: "Thank you, your vote is counted.",
    BotLanguage.RU: "Спасибо, ваш голос учтён.",
}
ESCALATE: Final = {BotLanguage.EN: "🆘 Escalate", BotLanguage.RU: "🆘 Эскалировать"}
ESCALATED: Final = {BotLanguage.EN: "🆘 Escalated", BotLanguage.RU: "🆘 Эскалировано"}
PASSED_ON: Final = {
    BotLanguage.EN: "The alert was passed on to the chat for escalations.",
    BotLanguage.RU: "Алерт передан в чат для эскалаций.",
}
ALREADY_PASSED_ON: Final = {
    BotLanguage.EN: "Somebody has passed this alert on already.",
    BotLanguage.RU: "Этот алерт уже передали.",
}
ESCALATED_BY: Final = {
    BotLanguage.EN: "🆘 {name} asks for help with this alert.",
    BotLanguage.RU: "🆘 {name} просит помощи с этим алертом.",
}
GONE: Final = {
    BotLanguage.EN: "This post is not there any more.",
    BotLanguage.RU: "Этой записи больше нет.",
}


BY_OWNER: Final = 0
"""The ``telegram_id`` of the owner's one vote: by the API, or by a linked Telegram account."""


@dataclass(frozen=True, slots=True)
class PostVote:
    """A person's vote on a post; the last one counts."""

    post_id: UUID
    owner_id: UUID
    telegram_id: int
    helped: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class VoteCounts:
    """How many people said so."""

    helped: int = 0
    did_not_help: int = 0


@dataclass(frozen=True, slots=True)
class GivenVote:
    """A vote that was counted, and all votes on its post."""

    vote: PostVote
    counts: VoteCounts


def buttons_of(
    post_id: UUID, counts: VoteCounts, language: BotLanguage
) -> tuple[tuple[Button, ...], ...]:
    """One row with both buttons and their counts."""
    voted = {Verb.HELPED: counts.helped, Verb.DID_NOT_HELP: counts.did_not_help}
    row = [
        Button(f"{label} · {voted[verb]}" if voted[verb] else label, f"{verb}{post_id.hex}")
        for verb, label in LABELS[language].items()
    ]
    return (tuple(row),)


def escalation_row(post_id: UUID, language: BotLanguage, *, is_done: bool) -> tuple[Button, ...]:
    """The row of the button that passes the post on; afterwards it says that this was done."""
    label = (ESCALATED if is_done else ESCALATE)[language]
    return (Button(label, f"{Verb.ESCALATE}{post_id.hex}"),)


def verb_of(data: str) -> tuple[Verb, UUID] | None:
    """The verb and the post of a button's data; None for what no button of a post has."""
    try:
        return Verb(data[:1]), UUID(hex=data[1:])
    except ValueError:
        return None
