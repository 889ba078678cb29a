"""What one kind of alert is: the rule of Prometheus and the alarms of CloudWatch are made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

from infra.local.settings import ROOT

RUNBOOKS: Final = ROOT / "infra" / "docs" / "runbooks"
NO_LABELS: Final[Mapping[str, str]] = MappingProxyType({})
Sample = tuple[str, str]
"""A series, and its values minute by minute in promtool's notation."""


class Area(StrEnum):
    """What a dashboard is about."""

    MONEY = "money"
    CHAINS = "chains"
    WORK = "work"
    API = "api"
    ANSWERS = "answers"
    TELEGRAM = "telegram"


class Urgency(StrEnum):
    """``critical`` wakes a person, ``warning`` waits for the morning."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class AlertKind:
    """One kind of alert. ``name`` is also the file of its runbook.

    ``expression`` may have ``WINDOW`` in it; then it holds over each of ``windows``. None: only
    CloudWatch knows of it. ``summary`` is a template of Prometheus. ``fires`` are samples on which
    it fires at the minute ``at``, with ``labels``.
    """

    name: str
    area: Area
    urgency: Urgency
    meaning: str
    summary: str
    expression: str | None
    at_least: str | None = None
    """A condition beside it: so many that a share says something."""
    threshold: float = 0
    compares: Literal[">", "<"] = ">"
    windows: tuple[str, ...] = ()
    hold: str = "0m"
    fires: tuple[Sample, ...] = ()
    at: int = 30
    labels: Mapping[str, str] = field(default_factory=lambda: NO_LABELS)

    @property
    def alert(self) -> str:
        """The name in Prometheus, which the runbook has as its title."""
        return "".join(part.capitalize() for part in self.name.split("-"))

    @property
    def runbook(self) -> str:
        """The path of the runbook."""
        return f"infra/docs/runbooks/{self.name}.md"

    @property
    def condition(self) -> str | None:
        """The expression of the rule; None without one."""
        if self.expression is None:
            return None
        spans = self.windows or ("",)
        parts = [
            f"({self.expression.replace('WINDOW', span)}) {self.compares} {self.threshold:g}"
            for span in spans
        ]
        if self.at_least is not None:
            parts.append(self.at_least)
        return parts[0] if len(parts) == 1 else " and ".join(f"({part})" for part in parts)

    @property
    def said(self) -> str:
        """The summary with the labels that the samples fire with."""
        text = self.summary
        for label, value in self.labels.items():
            text = text.replace(f"{{{{ $labels.{label} }}}}", value)
        return text
