"""Alerts by which owners try their intakes."""

from dataclasses import dataclass
from uuid import UUID

from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import Delivery, DeliveryForm, Signal


@dataclass(frozen=True, slots=True)
class TrialAlert:
    """What a test alert says; without a severity it has that of its intake."""

    title: str
    text: str
    severity: Severity | None

    def delivery(self, delivery_id: UUID, default: Severity) -> Delivery:
        """The delivery of this alert. Each has a post of its own, within the cooldown too."""
        signal = Signal(
            name=self.title,
            fingerprint=f"test:{delivery_id}",
            is_firing=True,
            severity=self.severity or default,
            description=self.text,
            is_test=True,
            scope=str(delivery_id),
        )
        return Delivery(DeliveryForm.PLAIN, [signal])
