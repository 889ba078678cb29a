"""Votes on posts by the buttons below their messages: whether the section helped."""

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


LABELS: Final = {
    BotLanguage.EN: {Verb.HELPED: "👍 Helped", Verb.DID_NOT_HELP: "👎 Did not help"},
    BotLanguage.RU: {Verb.HELPED: "👍 Помогло", Verb.DID_NOT_HELP: "👎 Не помогло"},
}
THANKS: Final = {
    BotLanguage.EN: "Thank you, your vote is counted.",
    BotLanguage.RU: "Спасибо, ваш голос учтён.",
}
GONE: Final = {
    BotLanguage.EN: "This post is not there any more.",
    BotLanguage.RU: "Этой записи больше нет.",
}


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


def vote_of(data: str) -> tuple[Verb, UUID] | None:
    """The verb and the post of a button's data; None for what no button of a post has."""
    try:
        return Verb(data[:1]), UUID(hex=data[1:])
    except ValueError:
        return None
