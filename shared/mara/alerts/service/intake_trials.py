"""Posts alerts by which owners try their intakes."""

from dataclasses import dataclass, replace
from uuid import UUID

from mara.alerts.model.delivery import DeliveryReceipt
from mara.alerts.model.intake_trial import TrialAlert
from mara.alerts.ports import Intakes
from mara.alerts.service.delivery_storing import DeliveryStoring, origin_of, stored_delivery
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class IntakeTrials:
    """Lets the caller try an intake: its alert takes the way of all others, and costs nothing."""

    intakes: Intakes
    storing: DeliveryStoring
    unit_of_work: UnitOfWork
    now: Clock

    def post(self, caller: Principal, intake_id: UUID, alert: TrialAlert) -> DeliveryReceipt:
        """Store a test alert of the intake, which is posted at once. Raises IntakeNotFound."""
        delivery_id = new_id()
        with self.unit_of_work(caller.user_id):
            intake = self.intakes.lock(caller.user_id, intake_id)
            delivery = alert.delivery(delivery_id, intake.settings.default_severity)
            body = delivery_id.bytes
            stored = stored_delivery(intake, delivery_id, delivery, body=body, at=self.now())
            # The person who sends it looks at the chat: quiet hours would hide what it shows.
            alerting = replace(intake.settings.alerting, quiet_hours=None)
            origin = origin_of(intake, delivery_id, alerting)
            return self.storing.record(origin, stored, delivery)
