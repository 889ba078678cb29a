"""The contract of intakes and their deliveries: PostgreSQL and the fakes of the fast tests."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.alerts.errors import IntakeNotFound
from mara.alerts.model.delivery import StoredDelivery
from mara.alerts.model.intake import DeliveryCounts, Intake, IntakeSecret, IntakeSettings
from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import DeliveryForm
from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.secret import Secret
from mara.kernel.unit_of_work import SYSTEM
from tests.support.alert_stores import AT, AlertStore, fake_alert_store, postgres_alert_store

SECOND = timedelta(seconds=1)
ALERT = new_id()
ALL = PageRequest(9)


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> AlertStore:
    if request.param == "fake":
        return fake_alert_store()
    request.getfixturevalue("database")
    return postgres_alert_store()


def new_secret(store: AlertStore, owner_id: UUID) -> IntakeSecret:
    sealed = store.secrets.seal(owner_id, Secret(bytearray(b"secret")))
    with store.unit_of_work(owner_id):
        store.secrets.add(sealed)
    return IntakeSecret(b"h" * 32, sealed.id)


def add(store: AlertStore, owner_id: UUID) -> Intake:
    settings = IntakeSettings("Prod", new_id())
    intake = Intake(new_id(), owner_id, settings, new_secret(store, owner_id), AT, AT)
    with store.unit_of_work(owner_id):
        store.intakes.add(intake)
    return intake


def deliver(store: AlertStore, intake: Intake, **changes: Any) -> StoredDelivery:
    made = StoredDelivery(
        *(new_id(), intake.owner_id, intake.id, AT, DeliveryForm.PLAIN, b"body", None),
        (new_id(), new_id()),
        more={"DiskFull": 3},
        truncated=1,
    )
    delivery = replace(made, **changes)
    with store.unit_of_work(intake.owner_id):
        store.deliveries.add(delivery)
    return delivery


@pytest.fixture
def intake(store: AlertStore) -> Intake:
    return add(store, store.make_owner())


class TestIntakes:
    def test_are_found_by_their_owner_and_by_the_system(
        self, store: AlertStore, intake: Intake
    ) -> None:
        with store.unit_of_work(SYSTEM):
            assert store.intakes.get(intake.owner_id, intake.id) == intake
            assert store.intakes.lock(intake.owner_id, intake.id) == intake
            assert store.intakes.find(intake.id) == intake
            assert store.intakes.find(new_id()) is None
            for wrong in ((new_id(), intake.id), (intake.owner_id, new_id())):
                with pytest.raises(IntakeNotFound):
                    store.intakes.get(*wrong)

    def test_keep_their_counts_when_settings_and_secrets_change(
        self, store: AlertStore, intake: Intake
    ) -> None:
        changes = {"name": "Staging", "default_severity": Severity.INFO, "cooldown": SECOND}
        rotated = intake.rotated(
            new_secret(store, intake.owner_id), AT + SECOND, ends_at_once=False
        )
        with store.unit_of_work(intake.owner_id):
            store.intakes.count_accepted(intake.owner_id, intake.id, AT)
            store.intakes.save(replace(rotated, settings=intake.settings.changed(changes)))
            found = store.intakes.get(intake.owner_id, intake.id)
        assert found.counts == DeliveryCounts(accepted=1, last_accepted_at=AT)
        assert found.settings == intake.settings.changed(changes)
        assert (found.secret, found.previous) == (rotated.secret, intake.secret)

    def test_count_what_was_refused(self, store: AlertStore, intake: Intake) -> None:
        with store.unit_of_work(SYSTEM):
            for code in ("wrong_secret", "unreadable"):
                store.intakes.count_refused(intake.id, AT, code)
            store.intakes.count_refused(new_id(), AT, "unreadable")
            found = store.intakes.find(intake.id)
        assert found is not None
        assert found.counts == DeliveryCounts(
            refused=2, last_refused_at=AT, last_refusal="unreadable"
        )

    def test_are_listed_newest_first(self, store: AlertStore, intake: Intake) -> None:
        newer = add(store, intake.owner_id)
        add(store, store.make_owner())
        with store.unit_of_work(intake.owner_id):
            assert store.intakes.list(intake.owner_id, ALL) == [newer, intake]
            assert store.intakes.list(intake.owner_id, PageRequest(9, newer.id)) == [intake]
            assert store.intakes.count(intake.owner_id) == 2

    def test_are_deleted_with_their_deliveries_by_their_owner_alone(
        self, store: AlertStore, intake: Intake
    ) -> None:
        deliver(store, intake)
        with store.unit_of_work(SYSTEM):
            with pytest.raises(IntakeNotFound):
                store.intakes.delete(new_id(), intake.id)
            store.intakes.delete(intake.owner_id, intake.id)
            assert store.intakes.find(intake.id) is None
            assert store.deliveries.count(intake.owner_id, intake.id) == 0


class TestDeliveries:
    def test_are_listed_newest_first_with_what_they_were_about(
        self, store: AlertStore, intake: Intake
    ) -> None:
        old, new = deliver(store, intake), deliver(store, intake)
        deliver(store, add(store, intake.owner_id))
        ids = (intake.owner_id, intake.id)
        with store.unit_of_work(intake.owner_id):
            assert store.deliveries.list(*ids, ALL) == [new, old]
            assert store.deliveries.list(*ids, PageRequest(9, new.id)) == [old]
            assert store.deliveries.count(*ids) == 2

    @pytest.mark.parametrize(
        ("age", "body", "is_same"),
        [(0, b"body", True), (59, b"body", True), (60, b"body", False), (0, b"other", False)],
    )
    def test_are_the_same_with_the_same_body_within_a_time(
        self, store: AlertStore, intake: Intake, age: int, body: bytes, is_same: bool
    ) -> None:
        known = deliver(store, intake, received_at=AT - age * SECOND)
        wanted = replace(known, id=new_id(), body_hash=body)
        with store.unit_of_work(intake.owner_id):
            found = store.deliveries.find_same(wanted, AT - 60 * SECOND)
        assert found == (known if is_same else None)

    @pytest.mark.parametrize(
        ("later", "is_same"),
        [
            ({"alert_ids": (ALERT, new_id())}, False),
            ({"alert_ids": (new_id(),)}, True),
            ({"alert_ids": ()}, True),
        ],
        ids=["of its alert", "of another alert", "of none"],
    )
    def test_are_the_same_until_a_later_one_is_about_one_of_their_alerts(
        self, store: AlertStore, intake: Intake, later: dict[str, Any], *, is_same: bool
    ) -> None:
        known = deliver(store, intake, alert_ids=(new_id(), ALERT))
        deliver(store, intake, body_hash=b"later", **later)
        deliver(store, add(store, intake.owner_id), body_hash=b"later", alert_ids=(ALERT,))
        with store.unit_of_work(intake.owner_id):
            found = store.deliveries.find_same(replace(known, id=new_id()), AT - 60 * SECOND)
        assert found == (known if is_same else None)

    def test_are_the_same_with_the_same_key_at_any_time_whatever_the_body(
        self, store: AlertStore, intake: Intake
    ) -> None:
        known = deliver(store, intake, key_hash=b"key")
        elsewhere = add(store, intake.owner_id)
        with store.unit_of_work(intake.owner_id):
            same = replace(known, id=new_id(), body_hash=b"other")
            assert store.deliveries.find_same(same, AT + SECOND) == known
            for other in ({"key_hash": b"new"}, {"intake_id": elsewhere.id}):
                assert store.deliveries.find_same(replace(same, **other), AT - SECOND) is None
