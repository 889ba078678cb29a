"""Intakes and their deliveries in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mara.alerts.errors import IntakeNotFound
from mara.alerts.model.delivery import StoredDelivery
from mara.alerts.model.intake import DeliveryCounts, Intake
from mara.kernel.page import PageRequest
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.pages import cut


class FakeIntakes:
    """Implements ``Intakes``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[UUID, Intake]:
        return self._database.tables.alert_intakes

    def add(self, intake: Intake) -> None:
        self._rows[intake.id] = replace(intake, counts=DeliveryCounts())

    def get(self, owner_id: UUID, intake_id: UUID) -> Intake:
        found = self._rows.get(intake_id)
        if found is None or found.owner_id != owner_id:
            raise IntakeNotFound("Check the id.")
        return found

    def lock(self, owner_id: UUID, intake_id: UUID) -> Intake:
        return self.get(owner_id, intake_id)

    def find(self, intake_id: UUID) -> Intake | None:
        return self._rows.get(intake_id)

    def save(self, intake: Intake) -> None:
        known = self._rows[intake.id]
        self._rows[intake.id] = replace(intake, counts=known.counts, created_at=known.created_at)

    def count_accepted(self, owner_id: UUID, intake_id: UUID, at: datetime) -> None:
        known = self.get(owner_id, intake_id)
        counts = replace(known.counts, accepted=known.counts.accepted + 1, last_accepted_at=at)
        self._rows[intake_id] = replace(known, counts=counts)

    def count_refused(self, intake_id: UUID, at: datetime, code: str) -> None:
        if (known := self.find(intake_id)) is None:
            return
        refused = known.counts.refused + 1
        counts = replace(known.counts, refused=refused, last_refused_at=at, last_refusal=code)
        self._rows[intake_id] = replace(known, counts=counts)

    def list(self, owner_id: UUID, page: PageRequest) -> list[Intake]:
        return cut((one for one in self._rows.values() if one.owner_id == owner_id), page)

    def count(self, owner_id: UUID) -> int:
        return sum(one.owner_id == owner_id for one in self._rows.values())

    def delete(self, owner_id: UUID, intake_id: UUID) -> None:
        self.get(owner_id, intake_id)
        del self._rows[intake_id]
        deliveries = self._database.tables.alert_deliveries
        for one in [one for one in deliveries.values() if one.intake_id == intake_id]:
            del deliveries[one.id]


class FakeAlertDeliveries:
    """Implements ``AlertDeliveries``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def add(self, delivery: StoredDelivery) -> None:
        self._database.tables.alert_deliveries[delivery.id] = delivery

    def find_same(self, delivery: StoredDelivery, since: datetime) -> StoredDelivery | None:
        known = sorted(self._of(delivery.owner_id, delivery.intake_id), key=lambda one: one.id)
        if delivery.key_hash is not None:
            found = [one for one in known if one.key_hash == delivery.key_hash]
        else:
            same = [one for one in known if one.body_hash == delivery.body_hash]
            found = [one for one in same if one.received_at > since and not _is_passed(one, known)]
        return found[-1] if found else None

    def list(self, owner_id: UUID, intake_id: UUID, page: PageRequest) -> list[StoredDelivery]:
        return cut(self._of(owner_id, intake_id), page)

    def count(self, owner_id: UUID, intake_id: UUID) -> int:
        return len(self._of(owner_id, intake_id))

    def _of(self, owner_id: UUID, intake_id: UUID) -> Sequence[StoredDelivery]:
        rows = self._database.tables.alert_deliveries.values()
        return [one for one in rows if (one.owner_id, one.intake_id) == (owner_id, intake_id)]


def _is_passed(delivery: StoredDelivery, known: Sequence[StoredDelivery]) -> bool:
    later = (one for one in known if one.id > delivery.id)
    return any(set(one.alert_ids) & set(delivery.alert_ids) for one in later)
