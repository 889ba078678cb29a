"""What a monitoring system says about its alerts: signals, and the deliveries that carry them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mara.alerts.model.severity import Severity


class DeliveryForm(StrEnum):
    """The forms of deliveries that an intake knows."""

    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"
    UPTIME_KUMA = "uptime_kuma"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Signal:
    """One alert that fires or is resolved.

    ``starts_at`` and ``ends_at`` have offsets; None is unknown. ``is_test`` marks what a person
    sends to try the connection: it is posted and costs nothing. ``runbook`` is the link or
    the name of a runbook that the alert itself has.

    ``question`` is what the agent is asked, instead of the alert itself. ``scope`` tells posts from
    others with the same question. A signal that ``is_unique`` is never sent twice: an equal one is
    another one.
    """

    name: str
    fingerprint: str
    is_firing: bool
    severity: Severity
    summary: str = ""
    description: str = ""
    runbook: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_test: bool = False
    question: str = field(default="", repr=False)
    scope: str = ""
    is_unique: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one request carries: ``signals``, and of those beyond the limit the names only.

    ``truncated`` were left out by the sender, who names none of them.
    """

    form: DeliveryForm
    signals: Sequence[Signal]
    more: Mapping[str, int] = field(default_factory=dict)
    truncated: int = 0
