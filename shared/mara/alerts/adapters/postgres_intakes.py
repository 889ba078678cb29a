"""Intakes and deliveries in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, func, insert, select, update

from mara.alerts.adapters.stored_settings import settings_values, take_settings
from mara.alerts.adapters.tables import alert_deliveries, alert_intakes
from mara.alerts.errors import IntakeNotFound
from mara.alerts.model.delivery import StoredDelivery
from mara.alerts.model.intake import DeliveryCounts, Intake, IntakeSecret, IntakeSettings
from mara.kernel.page import PageRequest
from mara.platform.sql import (
    Row,
    bound,
    execute,
    fetch_all,
    fetch_one,
    fetch_value,
    page_parameters,
    paged,
    take,
    values_of,
)
from mara.users.adapters.tables import users

_intakes, _deliveries = alert_intakes.c, alert_deliveries.c
_key = (_intakes.owner_id == bindparam("owner_id"), _intakes.id == bindparam("id"))
_counts = {
    *(_intakes.accepted, _intakes.refused, _intakes.last_accepted_at),
    *(_intakes.last_refused_at, _intakes.last_refusal),
}
_constants = {_intakes.id, _intakes.owner_id, _intakes.created_at}

INSERT_INTAKE = insert(alert_intakes).values(bound(c for c in _intakes if c not in _counts))
UPDATE_INTAKE = (
    update(alert_intakes)
    .where(*_key)
    .values(bound(c for c in _intakes if c not in _counts | _constants))
)
GET_INTAKE = select(alert_intakes).where(*_key)
LOCK_INTAKE = GET_INTAKE.with_for_update()
# An account that is shut out has no intakes for senders.
FIND_INTAKE = (
    select(alert_intakes)
    .join(users, users.c.id == _intakes.owner_id)
    .where(_intakes.id == bindparam("id"), users.c.active)
)
LIST_INTAKES = paged(
    select(alert_intakes).where(_intakes.owner_id == bindparam("owner_id")), _intakes.id
)
COUNT_INTAKES = select(func.count()).where(_intakes.owner_id == bindparam("owner_id"))
DELETE_INTAKE = delete(alert_intakes).where(*_key)
COUNT_ACCEPTED = (
    update(alert_intakes)
    .where(*_key)
    .values(accepted=_intakes.accepted + 1, last_accepted_at=bindparam("at"))
)
COUNT_REFUSED = (
    update(alert_intakes)
    .where(_intakes.id == bindparam("intake_id"))
    .values(
        refused=_intakes.refused + 1,
        last_refused_at=bindparam("at"),
        last_refusal=bindparam("code"),
    )
)

_of_intake = (
    _deliveries.owner_id == bindparam("owner_id"),
    _deliveries.intake_id == bindparam("intake_id"),
)
INSERT_DELIVERY = insert(alert_deliveries).values(bound(_deliveries))
FIND_BY_KEY = select(alert_deliveries).where(
    *_of_intake, _deliveries.key_hash == bindparam("key_hash")
)
_later = alert_deliveries.alias("later")
FIND_BY_BODY = (
    select(alert_deliveries)
    .where(
        *_of_intake,
        _deliveries.body_hash == bindparam("body_hash"),
        _deliveries.received_at > bindparam("since"),
        ~exists().where(
            _later.c.owner_id == _deliveries.owner_id,
            _later.c.intake_id == _deliveries.intake_id,
            _later.c.id > _deliveries.id,
            _later.c.alert_ids.op("&&")(_deliveries.alert_ids),
        ),
    )
    .order_by(_deliveries.id.desc())
    .limit(1)
)
LIST_DELIVERIES = paged(select(alert_deliveries).where(*_of_intake), _deliveries.id)
COUNT_DELIVERIES = select(func.count()).where(*_of_intake)


class PostgresIntakes:
    """Implements ``Intakes``."""

    def add(self, intake: Intake) -> None:
        """Insert an intake."""
        execute(INSERT_INTAKE, **_values(intake))

    def get(self, owner_id: UUID, intake_id: UUID) -> Intake:
        """Return the intake. Raises IntakeNotFound."""
        return _known(fetch_one(GET_INTAKE, owner_id=owner_id, id=intake_id))

    def lock(self, owner_id: UUID, intake_id: UUID) -> Intake:
        """Return it, locked until the transaction ends. Raises IntakeNotFound."""
        return _known(fetch_one(LOCK_INTAKE, owner_id=owner_id, id=intake_id))

    def find(self, intake_id: UUID) -> Intake | None:
        """Return an intake of any account that is active; None without one."""
        row = fetch_one(FIND_INTAKE, id=intake_id)
        return _known(row) if row else None

    def save(self, intake: Intake) -> None:
        """Update the settings and the secrets."""
        execute(UPDATE_INTAKE, **_values(intake))

    def count_accepted(self, owner_id: UUID, intake_id: UUID, at: datetime) -> None:
        """Count a delivery that was stored."""
        execute(COUNT_ACCEPTED, owner_id=owner_id, id=intake_id, at=at)

    def count_refused(self, intake_id: UUID, at: datetime, code: str) -> None:
        """Count a delivery that was refused."""
        execute(COUNT_REFUSED, intake_id=intake_id, at=at, code=code)

    def list(self, owner_id: UUID, page: PageRequest) -> list[Intake]:
        """Return a page of intakes, and one more if there are more."""
        return [
            _known(row)
            for row in fetch_all(LIST_INTAKES, owner_id=owner_id, **page_parameters(page))
        ]

    def count(self, owner_id: UUID) -> int:
        """Return how many intakes the owner has."""
        return int(fetch_value(COUNT_INTAKES, owner_id=owner_id))

    def delete(self, owner_id: UUID, intake_id: UUID) -> None:
        """Delete the intake with its deliveries. Raises IntakeNotFound."""
        if execute(DELETE_INTAKE, owner_id=owner_id, id=intake_id) == 0:
            raise IntakeNotFound("Check the id.")


class PostgresAlertDeliveries:
    """Implements ``AlertDeliveries``."""

    def add(self, delivery: StoredDelivery) -> None:
        """Insert a delivery."""
        execute(INSERT_DELIVERY, **values_of(delivery))

    def find_same(self, delivery: StoredDelivery, since: datetime) -> StoredDelivery | None:
        """Return the one with the same key; without a key, the one since then with its body.

        A body is that of another delivery once a later one was about one of its alerts.
        """
        wanted: Row = {"owner_id": delivery.owner_id, "intake_id": delivery.intake_id}
        if delivery.key_hash is not None:
            row = fetch_one(FIND_BY_KEY, key_hash=delivery.key_hash, **wanted)
        else:
            row = fetch_one(FIND_BY_BODY, body_hash=delivery.body_hash, since=since, **wanted)
        return StoredDelivery(**row) if row else None

    def list(self, owner_id: UUID, intake_id: UUID, page: PageRequest) -> list[StoredDelivery]:
        """Return a page of deliveries, and one more if there are more."""
        wanted = {"owner_id": owner_id, "intake_id": intake_id, **page_parameters(page)}
        return [StoredDelivery(**row) for row in fetch_all(LIST_DELIVERIES, **wanted)]

    def count(self, owner_id: UUID, intake_id: UUID) -> int:
        """Return how many deliveries of the intake are kept."""
        return int(fetch_value(COUNT_DELIVERIES, owner_id=owner_id, intake_id=intake_id))


def _known(row: Row | None) -> Intake:
    if row is None:
        raise IntakeNotFound("Check the id.")
    previous_hash, previous_id = row.pop("previous_hash"), row.pop("previous_id")
    return Intake(
        settings=take(IntakeSettings, row, alerting=take_settings(row)),
        counts=take(DeliveryCounts, row),
        secret=IntakeSecret(row.pop("secret_hash"), row.pop("secret_id")),
        previous=IntakeSecret(previous_hash, previous_id) if previous_id else None,
        **row,
    )


def _values(intake: Intake) -> Row:
    previous = intake.previous
    return {
        **values_of(intake),
        **values_of(intake.settings),
        **settings_values(intake.settings.alerting),
        "secret_hash": intake.secret.hash,
        "secret_id": intake.secret.secret_id,
        "previous_hash": previous.hash if previous else None,
        "previous_id": previous.secret_id if previous else None,
    }
