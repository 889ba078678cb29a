"""Receives deliveries: checks who sends them, and stores their alerts."""

import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from mara.alerts.errors import UnreadableDelivery, WrongIntakeSecret
from mara.alerts.messages import AnswerAlerts, PostAlerts
from mara.alerts.model.alert import AlertSource, AlertSourceKind
from mara.alerts.model.alert_message import ANSWER_AWAITED_FOR, AlertMessage
from mara.alerts.model.alert_post import key_of
from mara.alerts.model.credentials import DeliveryCredentials, hash_of_secret
from mara.alerts.model.delivery import DeliveryReceipt, StoredDelivery, hash_of_content
from mara.alerts.model.delivery_forms import read_delivery
from mara.alerts.model.intake import Intake
from mara.alerts.model.recording import Recording
from mara.alerts.model.signal import Delivery
from mara.alerts.ports import AlertDeliveries, AlertMessages, AlertPosts, Alerts, Intakes
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.vault.model import ConnectionSecret
from mara.vault.ports import SecretStore

SAME_BODY_FOR: Final = timedelta(seconds=60)
"""The same body within this time is a retry; later it is a repeat, which Alertmanager sends."""


@dataclass(frozen=True, slots=True)
class ReceptionService:
    """Stores what monitoring systems deliver, before they are told that it arrived."""

    intakes: Intakes
    deliveries: AlertDeliveries
    alerts: Alerts
    posts: AlertPosts
    messages: AlertMessages
    secrets: SecretStore
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def receive(
        self,
        intake_id: UUID,
        body: bytes,
        credentials: DeliveryCredentials,
        *,
        key: str | None = None,
    ) -> DeliveryReceipt:
        """Store the alerts of a delivery; ``key`` is its Idempotency-Key, if it has one.

        Raises WrongIntakeSecret, UnreadableDelivery, UnknownDeliveryForm, KeysUnavailable.
        """
        intake = self._authenticate(intake_id, body, credentials)
        delivery = read_delivery(_parsed(body), intake.settings.default_severity)
        with self.unit_of_work(intake.owner_id):
            return self._store(intake, delivery, body, key)

    def count_refused(self, intake_id: str, code: str) -> None:
        """Count a refused delivery, whose reason the owner sees in the intake, if there is one."""
        try:
            refusing = UUID(intake_id)
        except ValueError:
            return
        with self.unit_of_work(SYSTEM):
            self.intakes.count_refused(refusing, self.now(), code)

    def _authenticate(
        self, intake_id: UUID, body: bytes, credentials: DeliveryCredentials
    ) -> Intake:
        at = self.now()
        with self.unit_of_work(SYSTEM):
            intake = self.intakes.find(intake_id)
            valid = intake.secrets_at(at) if intake else ()
            is_signed = credentials.bearer is None and credentials.signature is not None
            sealed = [self.secrets.get(one.secret_id) for one in valid] if is_signed else []
        if credentials.bearer is not None:
            given = hash_of_secret(credentials.bearer)
            is_right = any(hmac.compare_digest(one.hash, given) for one in valid)
        else:
            is_right = credentials.is_recent(at) and any(
                self._is_signed(body, credentials, one) for one in sealed if one
            )
        if intake is None or not is_right:
            raise WrongIntakeSecret("Send the secret of the intake, or a signature made with it.")
        return intake

    def _is_signed(
        self, body: bytes, credentials: DeliveryCredentials, sealed: ConnectionSecret
    ) -> bool:
        with self.secrets.open(sealed) as secret:
            return credentials.is_signed_by(secret, body)

    def _store(
        self, found: Intake, delivery: Delivery, body: bytes, key: str | None
    ) -> DeliveryReceipt:
        # The lock makes deliveries of one intake follow each other: none is stored twice.
        intake = self.intakes.lock(found.owner_id, found.id)
        at, delivery_id = self.now(), new_id()
        stored = StoredDelivery(
            id=delivery_id,
            owner_id=intake.owner_id,
            intake_id=intake.id,
            received_at=at,
            form=delivery.form,
            body_hash=hash_of_content(body),
            key_hash=None if key is None else hash_of_content(key.encode()),
            alert_ids=(),
            more=delivery.more,
            truncated=delivery.truncated,
        )
        same = self.deliveries.find_same(stored, at - SAME_BODY_FOR)
        if same is not None:
            return DeliveryReceipt(same, is_repeated=True)
        recording = self._record(intake, delivery, delivery_id, at)
        stored = stored.about(tuple(recording.alert_ids))
        self.deliveries.add(stored)
        self.posts.add_all(recording.new_posts)
        self.alerts.save(
            recording.changed_alerts.values(),
            recording.changed_episodes.values(),
            recording.signals,
        )
        self.intakes.count_accepted(intake.owner_id, intake.id, at)
        if recording.new_posts:
            self.publish(AnswerAlerts(owner_id=intake.owner_id))
        if self._show(intake, recording, at):
            self.publish(PostAlerts(owner_id=intake.owner_id))
        return DeliveryReceipt(stored, is_repeated=False)

    def _show(self, intake: Intake, recording: Recording, at: datetime) -> bool:
        """Let chats show the new posts, and what changed in others; whether any is to be shown."""
        changed = {episode.post_id for episode in recording.changed_episodes.values()}
        edited = self.messages.changed(intake.owner_id, changed, at)
        target = intake.settings.target
        if target is None:
            return edited > 0
        due_at = at + ANSWER_AWAITED_FOR
        posted = [
            AlertMessage(post.id, intake.owner_id, target, due_at) for post in recording.new_posts
        ]
        self.messages.add_all(posted)
        return bool(edited or posted)

    def _record(
        self, intake: Intake, delivery: Delivery, delivery_id: UUID, at: datetime
    ) -> Recording:
        owner_id, source = intake.owner_id, AlertSource(AlertSourceKind.INTAKE, intake.id)
        fingerprints = {signal.fingerprint for signal in delivery.signals}
        alerts = self.alerts.of_source(owner_id, source, fingerprints)
        episodes = self.alerts.open_episodes(owner_id, [alert.id for alert in alerts])
        keys = {key_of(signal) for signal in delivery.signals if signal.is_firing}
        posts = self.posts.newest(owner_id, source, keys)
        recording = Recording(
            owner_id=owner_id,
            source=source,
            agent_id=intake.settings.agent_id,
            delivery_id=delivery_id,
            alerts={alert.fingerprint: alert for alert in alerts},
            episodes={episode.alert_id: episode for episode in episodes},
            posts={post.key: post for post in posts},
        )
        for signal in delivery.signals:
            recording.receive(signal, at)
        return recording


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableDelivery("Send JSON.") from error
