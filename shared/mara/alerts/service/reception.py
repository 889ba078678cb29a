"""Receives deliveries: checks who sends them, and stores their alerts."""

import hmac
import json
from dataclasses import dataclass, replace
from typing import NoReturn
from uuid import UUID

from mara.alerts.errors import UnreadableDelivery, WrongIntakeSecret
from mara.alerts.messages import IntakeRefused
from mara.alerts.model.credentials import DeliveryCredentials, hash_of_secret
from mara.alerts.model.delivery import DeliveryReceipt, hash_of_content
from mara.alerts.model.delivery_forms import read_delivery
from mara.alerts.model.intake import Intake
from mara.alerts.model.signal import Delivery
from mara.alerts.ports import Intakes
from mara.alerts.service.delivery_storing import DeliveryStoring, stored_delivery
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.vault.model import ConnectionSecret
from mara.vault.ports import SecretStore


@dataclass(frozen=True, slots=True)
class ReceptionService:
    """Stores what monitoring systems deliver, before they are told that it arrived."""

    intakes: Intakes
    storing: DeliveryStoring
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
            intake, at = self.intakes.find(refusing), self.now()
            if intake is None:
                return
            self.intakes.count_refused(refusing, at, code)
            if intake.counts.is_first_refusal_of_hour(at):
                refused = IntakeRefused(intake_id=intake.id, owner_id=intake.owner_id, code=code)
                self.publish(refused)

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
        stored = stored_delivery(intake, new_id(), delivery, body=body, at=self.now())
        if key is not None:
            stored = replace(stored, key_hash=hash_of_content(key.encode()))
        return self.storing.store(intake, stored, delivery)


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = error.pos + 1
        raise UnreadableDelivery(f"The body is not JSON from character {place} on.") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableDelivery("Send JSON.") from error


def _refuse_constant(name: str) -> NoReturn:
    """Python reads NaN and Infinity as numbers; JSON has neither (RFC 8259, section 6)."""
    raise UnreadableDelivery(f"{name} is not JSON.")
