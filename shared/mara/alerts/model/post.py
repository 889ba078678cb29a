"""The text of a post: one message for the alerts that have one question, as they stand now.

What others wrote (names, summaries, labels) stands in code, so that names, links and commands in it
do nothing in a chat. The text depends on the states alone, so that any order of signals ends in the
same message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from mara.agents.model import Language
from mara.alerts.model.alert_state import AlertState
from mara.alerts.model.severity import Severity
from mara.telegram.model.formatted_text import FormattedText, Span, TextFormat

LISTED_MAX: Final = 10
"""Alerts that a post names one by one."""
SUMMARY_MAX: Final = 600
"""Characters of the summary and of the description each."""

MARKS: Final = {Severity.CRITICAL: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}
OVER: Final = "✅"
NAMES: Final = {
    Language.EN: {
        Severity.CRITICAL: "critical",
        Severity.WARNING: "warning",
        Severity.INFO: "info",
    },
    Language.RU: {
        Severity.CRITICAL: "критично",
        Severity.WARNING: "предупреждение",
        Severity.INFO: "к сведению",
    },
}
TEST: Final = {Language.EN: "test", Language.RU: "проверка"}
FLAPPING: Final = {Language.EN: "flapping", Language.RU: "мигает"}
RESOLVED: Final = {Language.EN: "resolved", Language.RU: "завершено"}
SINCE: Final = {Language.EN: "since {time}", Language.RU: "с {time}"}
LAST: Final = {Language.EN: "×{count}, last {time}", Language.RU: "×{count}, последний раз {time}"}
SOME_RESOLVED: Final = {
    Language.EN: "{over} of {all} resolved",
    Language.RU: "завершено {over} из {all}",
}
SUPERSEDED: Final = {
    Language.EN: "more severe now: a newer message follows",
    Language.RU: "стало серьёзнее: следует новое сообщение",
}
WORSE: Final = "⏫"
MORE: Final = {Language.EN: "and {count} more", Language.RU: "и ещё {count}"}
COUNT: Final = {Language.EN: "{count} alerts", Language.RU: "алертов: {count}"}


@dataclass(frozen=True, slots=True)
class PostedAlert:
    """An alert of a post; ``place`` tells it from the others, such as its instance."""

    place: str
    state: AlertState


@dataclass(frozen=True, slots=True)
class Post:
    """What a post says. ``severity`` is that of the signal which began it.

    It is shown once all is over; until then, the highest of the alerts that fire counts: a late end
    takes the reports of an earlier outage away, as if they had come in order. ``left_out`` are
    those of its name that the last delivery had beside those which were taken one by one.
    """

    name: str
    severity: Severity
    alerts: Sequence[PostedAlert]
    summary: str = ""
    description: str = ""
    is_test: bool = False
    left_out: int = 0

    def text(self, language: Language, at: datetime) -> FormattedText:
        """The head, the state and the places, as of ``at``; times are UTC."""
        lines = [self._head(language, at), self._state(language)]
        lines += [
            FormattedText.of(Span(text[:SUMMARY_MAX], TextFormat.CODE))
            for text in (self.summary, self.description)
            if text.strip()
        ]
        lines += self._places(language)
        whole = FormattedText()
        for number, line in enumerate(line for line in lines if line.text.strip()):
            whole = whole + FormattedText.of("\n" if number else "") + line
        return whole

    def _head(self, language: Language, at: datetime) -> FormattedText:
        severity = min(
            (one.severity for one in self._firing if one.severity),
            key=lambda one: one.rank,
            default=self.severity,
        )
        words = [NAMES[language][severity]]
        words += [TEST[language]] if self.is_test else []
        words += (
            [FLAPPING[language]] if any(one.state.is_flapping(at) for one in self.alerts) else []
        )
        mark = MARKS[severity] if self._firing else OVER
        return FormattedText.of(
            f"{mark} ",
            Span(self.name, TextFormat.CODE),
            Span(f" {', '.join(words)}", TextFormat.BOLD),
        )

    def _state(self, language: Language) -> FormattedText:
        firing = self._firing
        if not firing:
            return FormattedText.of(RESOLVED[language])
        began = min(one.began_at for one in firing if one.began_at)
        last = max(one.last_at for one in firing if one.last_at)
        count = sum(one.count for one in firing)
        parts = [SINCE[language].format(time=_time(began))]
        if count > len(firing):
            parts.append(LAST[language].format(count=count, time=_time(last)))
        if len(firing) < len(self.alerts):
            over = len(self.alerts) - len(firing)
            parts.append(SOME_RESOLVED[language].format(over=over, all=len(self.alerts)))
        return FormattedText.of("; ".join(parts))

    def _places(self, language: Language) -> list[FormattedText]:
        count = len(self.alerts) + self.left_out
        placed = [one for one in self.alerts if one.place]
        if not placed:
            return [FormattedText.of(COUNT[language].format(count=count))] if count > 1 else []
        ordered = sorted(placed, key=lambda one: (not one.state.is_firing, one.place))
        lines = [
            FormattedText.of(
                "• " if one.state.is_firing else f"{OVER} ", Span(one.place, TextFormat.CODE)
            )
            for one in ordered[:LISTED_MAX]
        ]
        more = count - len(lines)
        if more > 0:
            lines.append(FormattedText.of(MORE[language].format(count=more)))
        return lines

    @property
    def _firing(self) -> list[AlertState]:
        return [one.state for one in self.alerts if one.state.is_firing]


def superseded_text(name: str, language: Language) -> FormattedText:
    """What stands in place of the alerts, all of which a newer post of a higher severity has."""
    return FormattedText.of(
        f"{WORSE} ", Span(name, TextFormat.CODE), "\n", SUPERSEDED[language].capitalize(), "."
    )


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d.%m. %H:%M} UTC"
