"""Messages that several posts share, each as a line: digests, and summaries of a storm.

The text depends on what is listed alone, so that it may be written again whenever that changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from mara.agents.model import Language
from mara.alerts.model.alert_message import AlertTarget, ShownContent
from mara.alerts.model.post import MARKS, MORE, NAMES, OVER, RESOLVED
from mara.alerts.model.severity import Severity
from mara.telegram.model.bot_config import BotConfig, BotLanguage
from mara.telegram.model.formatted_text import FormattedText, Span, TextFormat

WHOLE_MAX: Final = 10
"""Posts that wait for a chat with messages of their own; the others share one."""
SUMMARY_LASTS: Final = timedelta(minutes=30)
"""A later storm has a summary of its own."""
LINES_MAX: Final = 20
NAME_MAX: Final = 60
"""Characters of a name: with this many lines, the text is one message."""

HEADS: Final = {
    ShownContent.DIGEST: {
        Language.EN: "The quiet time is over. Alerts meanwhile: {count}",
        Language.RU: "Тихое время закончилось. Алертов за это время: {count}",
    },
    ShownContent.STORM: {
        Language.EN: "More alerts at the same time: {count}",
        Language.RU: "Ещё алертов за то же время: {count}",
    },
}
MISSED: Final = {
    Language.EN: "This chat could not be reached. Alerts meanwhile: {count}",
    Language.RU: "Этот чат был недоступен. Алертов за это время: {count}",
}
SOME_OVER: Final = {Language.EN: "{count} resolved", Language.RU: "завершено: {count}"}


@dataclass(frozen=True, slots=True)
class PostingBot:
    """What a post needs of the bot that shows it: its language, and where it posts by default.

    The platform's bot shows the posts of many owners, each in the language of the account.
    """

    owner_id: UUID
    config_id: UUID
    language: BotLanguage
    default: AlertTarget | None = None

    @classmethod
    def of(cls, config: BotConfig) -> "PostingBot":
        """A bot of the owner."""
        settings = config.settings
        own = AlertTarget(config.id, settings.target_chat_id, settings.target_thread_id)
        return cls(config.owner_id, config.id, settings.language, own)

    def located(self, target: AlertTarget) -> AlertTarget:
        """The target, with the chat that the bot names where it names none."""
        if target.chat_id is not None or self.default is None:
            return target
        return self.default


@dataclass(frozen=True, slots=True)
class ChatPlace:
    """A chat, or a topic of it, of an owner's bot; ``is_default`` where the bot's own target."""

    owner_id: UUID
    config_id: UUID
    chat_id: int
    thread_id: int | None
    is_default: bool

    @classmethod
    def of(cls, bot: PostingBot, target: AlertTarget) -> "ChatPlace":
        """The place of a target that names a chat."""
        assert target.chat_id is not None  # noqa: S101 - checked by the caller
        is_default = target == bot.default
        return cls(bot.owner_id, bot.config_id, target.chat_id, target.thread_id, is_default)


@dataclass(frozen=True, slots=True)
class ListedPosts:
    """The posts of a summary with one name and severity: how many, and how many still fire."""

    name: str
    severity: Severity
    posts: int
    firing: int


def summary_text(
    listed: Sequence[ListedPosts], head: Mapping[Language, str], language: Language
) -> FormattedText:
    """One line for each name that fires, and one for all that are over, below the head."""
    count = sum(one.posts for one in listed)
    text = FormattedText.of(Span(head[language].format(count=count), TextFormat.BOLD))
    for line in _lines(listed, language):
        text = text + FormattedText.of("\n") + line
    return text


def _lines(listed: Sequence[ListedPosts], language: Language) -> list[FormattedText]:
    firing = [one for one in listed if one.firing]
    over = [one for one in listed if not one.firing]
    lines = [_firing_line(one, language) for one in firing[:LINES_MAX]]
    if len(firing) > LINES_MAX:
        more = sum(one.posts for one in firing[LINES_MAX:])
        lines.append(FormattedText.of(MORE[language].format(count=more)))
    if over:
        lines.append(_over_line(over, language))
    return lines


def _firing_line(one: ListedPosts, language: Language) -> FormattedText:
    words = NAMES[language][one.severity]
    if one.firing < one.posts:
        words += ", " + SOME_OVER[language].format(count=one.posts - one.firing)
    return FormattedText.of(f"{MARKS[one.severity]} ", _name(one), f" {words}")


def _over_line(over: Sequence[ListedPosts], language: Language) -> FormattedText:
    line = FormattedText.of(f"{OVER} {RESOLVED[language]}: ")
    for number, one in enumerate(over[:LINES_MAX]):
        line = line + FormattedText.of(", " if number else "", _name(one))
    if len(over) > LINES_MAX:
        more = MORE[language].format(count=sum(one.posts for one in over[LINES_MAX:]))
        line = line + FormattedText.of(f", {more}")
    return line


def _name(one: ListedPosts) -> Span:
    times = f" ×{one.posts}" if one.posts > 1 else ""
    return Span((one.name[:NAME_MAX] or "?") + times, TextFormat.CODE)
