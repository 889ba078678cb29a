"""What the owner of a source chooses about its alerts: how often, when, and where else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from mara.alerts.model.alert_message import AlertTarget
from mara.alerts.model.quiet_hours import QuietHours

COOLDOWN: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """The settings of an intake or of a rule.

    For ``cooldown`` after a post, alerts with its question belong to it, and edit its message.
    ``escalation`` is the chat for alerts that people pass on, and for those that cannot be posted
    where they belong.
    """

    cooldown: timedelta = COOLDOWN
    quiet_hours: QuietHours | None = None
    escalation: AlertTarget | None = None
