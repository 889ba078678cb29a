"""The repositories of alerts, real or fake, behind one interface for contract tests."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from mara.alerts.adapters.postgres_alerts import PostgresAlerts
from mara.alerts.adapters.postgres_intakes import PostgresAlertDeliveries, PostgresIntakes
from mara.alerts.adapters.postgres_messages import PostgresAlertMessages
from mara.alerts.adapters.postgres_posts import PostgresAlertPosts
from mara.alerts.adapters.postgres_retention import PostgresAlertRetention
from mara.alerts.model.alert import Alert, AlertSource, AlertSourceKind, AlertStatus, Episode
from mara.alerts.model.alert_message import AlertMessage, AlertTarget
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.alert_state import AlertState
from mara.alerts.model.severity import Severity
from mara.alerts.ports import AlertDeliveries, AlertPosts, Alerts, Intakes
from mara.alerts.ports.messages import AlertMessages
from mara.alerts.ports.retention import AlertRetention
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.vault.ports import SecretStore
from mara.wiring.connection_secrets import secret_store
from tests.support.fakes.alerts import FakeAlertRetention, FakeAlerts
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.intakes import FakeAlertDeliveries, FakeIntakes
from tests.support.fakes.posts import FakeAlertMessages, FakeAlertPosts
from tests.support.fakes.vaults import fake_secret_store
from tests.support.money import make_owner
from tests.support.stored_bots import add_bot

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
CHAT = -1001
SOURCE = AlertSource(AlertSourceKind.INTAKE, new_id())


@dataclass(frozen=True)
class AlertStore:
    """``make_bot`` makes the config of a bot of an owner."""

    intakes: Intakes
    deliveries: AlertDeliveries
    alerts: Alerts
    posts: AlertPosts
    messages: AlertMessages
    retention: AlertRetention
    secrets: SecretStore
    unit_of_work: UnitOfWork
    make_owner: Callable[[], UUID]
    make_bot: Callable[[UUID], UUID]
    bots: dict[UUID, UUID] = field(default_factory=dict)

    def add_alert(self, owner_id: UUID, **changes: Any) -> Alert:
        made = Alert(
            *(new_id(), owner_id, SOURCE, str(new_id()), "DiskFull", Severity.WARNING),
            *(AlertStatus.FIRING, AlertState(), AT, AT),
        )
        alert = replace(made, **changes)
        with self.unit_of_work(owner_id):
            self.alerts.save([alert], [], [])
        return alert

    def add_post(self, owner_id: UUID, **changes: Any) -> AlertPost:
        made = AlertPost(
            *(new_id(), owner_id, SOURCE, "key", SOURCE.id, "DiskFull", Severity.WARNING),
            *("What now?", AT),
        )
        post = replace(made, **changes)
        with self.unit_of_work(owner_id):
            self.posts.add_all([post])
        return post

    def open_episode(self, alert: Alert, post: AlertPost, **changes: Any) -> Episode:
        ids = (new_id(), alert.owner_id, alert.id, post.id)
        episode = replace(Episode(*ids, AT, AT, Severity.WARNING, 1, AT), **changes)
        with self.unit_of_work(alert.owner_id):
            self.alerts.save([], [episode], [])
        return episode

    def add_message(self, post: AlertPost, **changes: Any) -> AlertMessage:
        if post.owner_id not in self.bots:
            self.bots[post.owner_id] = self.make_bot(post.owner_id)
        target = AlertTarget(self.bots[post.owner_id], CHAT, 7)
        message = replace(AlertMessage(post.id, post.owner_id, target, AT), **changes)
        with self.unit_of_work(post.owner_id):
            self.messages.add_all([message])
        return message

    def find_message(self, post_id: UUID, owner_id: UUID) -> AlertMessage | None:
        with self.unit_of_work(SYSTEM):
            return self.messages.find(owner_id, post_id)


def postgres_alert_store() -> AlertStore:
    """Needs the fixture ``database``."""
    return AlertStore(
        PostgresIntakes(),
        PostgresAlertDeliveries(),
        PostgresAlerts(),
        PostgresAlertPosts(),
        PostgresAlertMessages(),
        PostgresAlertRetention(),
        secret_store(),
        transaction,
        make_owner,
        lambda owner_id: add_bot(owner_id, owner_id.int % 10**9).id,
    )


def fake_alert_store(database: FakeDatabase | None = None) -> AlertStore:
    database = database or FakeDatabase()
    return AlertStore(
        FakeIntakes(database),
        FakeAlertDeliveries(database),
        FakeAlerts(database),
        FakeAlertPosts(database),
        FakeAlertMessages(database),
        FakeAlertRetention(database),
        fake_secret_store(database, now),
        database.unit_of_work,
        new_id,
        lambda _: new_id(),
    )
