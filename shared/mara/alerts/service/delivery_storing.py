"""Stores deliveries: once each, with the alerts that they are about."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from mara.alerts.model.alert import AlertSource, AlertSourceKind
from mara.alerts.model.alert_settings import AlertSettings
from mara.alerts.model.delivery import DeliveryReceipt, StoredDelivery, hash_of_content
from mara.alerts.model.intake import Intake
from mara.alerts.model.recording import SignalOrigin
from mara.alerts.model.signal import Delivery
from mara.alerts.ports import AlertDeliveries, Intakes
from mara.alerts.service.recorder import AlertRecorder

SAME_BODY_FOR: Final = timedelta(seconds=60)
"""The same body within this time is a retry; later it is a repeat, which Alertmanager sends.

So it is after another signal of one of its alerts: an outage that returns has the body of its
beginning where the sender gives no times.
"""


@dataclass(frozen=True, slots=True)
class DeliveryStoring:
    """Stores deliveries in the caller's transaction, which has locked their intake."""

    intakes: Intakes
    deliveries: AlertDeliveries
    recorder: AlertRecorder

    def store(self, intake: Intake, stored: StoredDelivery, delivery: Delivery) -> DeliveryReceipt:
        """Record the alerts, unless the same delivery was stored before."""
        at = stored.received_at
        same = self.deliveries.find_same(stored, at - SAME_BODY_FOR)
        if same is not None:
            return DeliveryReceipt(same, is_repeated=True)
        origin = origin_of(intake, stored.id, intake.settings.alerting)
        return self.record(origin, stored, delivery)

    def record(
        self, origin: SignalOrigin, stored: StoredDelivery, delivery: Delivery
    ) -> DeliveryReceipt:
        """Record the alerts of a delivery that was not stored before."""
        at = stored.received_at
        stored = stored.about(self.recorder.record(origin, delivery.signals, at))
        self.deliveries.add(stored)
        self.intakes.count_accepted(stored.owner_id, stored.intake_id, at)
        return DeliveryReceipt(stored, is_repeated=False)


def origin_of(intake: Intake, delivery_id: UUID, alerting: AlertSettings) -> SignalOrigin:
    """Return what the alerts of an intake come in by."""
    return SignalOrigin(
        owner_id=intake.owner_id,
        source=AlertSource(AlertSourceKind.INTAKE, intake.id),
        agent_id=intake.settings.agent_id,
        target=intake.settings.target,
        delivery_id=delivery_id,
        alerting=alerting,
        removed_config_id=None if intake.settings.config_id else intake.removed_config_id,
    )


def stored_delivery(
    intake: Intake, delivery_id: UUID, delivery: Delivery, *, body: bytes, at: datetime
) -> StoredDelivery:
    """Return what is stored of a delivery with this body, without its alerts."""
    return StoredDelivery(
        id=delivery_id,
        owner_id=intake.owner_id,
        intake_id=intake.id,
        received_at=at,
        form=delivery.form,
        body_hash=hash_of_content(body),
        key_hash=None,
        alert_ids=(),
        more=delivery.more,
        truncated=delivery.truncated,
    )
