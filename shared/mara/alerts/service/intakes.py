"""Creates, changes and deletes intakes, and rotates their secrets."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from mara.agents.ports import Agents
from mara.alerts.errors import TooManyIntakes
from mara.alerts.model.credentials import hash_of_secret
from mara.alerts.model.delivery import StoredDelivery
from mara.alerts.model.intake import INTAKES_MAX, Intake, IntakeSecret, IntakeSettings
from mara.alerts.ports import AlertDeliveries, Intakes
from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.kernel.clock import Clock
from mara.kernel.count_lock import CountLock
from mara.kernel.ids import new_id
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.secret import Secret
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.ports import BotConfigs
from mara.vault.model import ConnectionSecret
from mara.vault.ports import SecretStore

SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class IntakeService:
    """Manages the caller's intakes."""

    intakes: Intakes
    deliveries: AlertDeliveries
    agents: Agents
    configs: BotConfigs
    secrets: SecretStore
    lock_count: CountLock
    unit_of_work: UnitOfWork
    now: Clock
    audit: AuditLog

    def create(self, caller: Principal, settings: IntakeSettings) -> tuple[Intake, str]:
        """Create an intake; return it with its secret, which cannot be read again.

        Raises AgentNotFound, BotConfigNotFound, TooManyIntakes, KeysUnavailable.
        """
        plain, secret, sealed = self._new_secret(caller.user_id)
        at = self.now()
        intake = Intake(new_id(), caller.user_id, settings, secret, at, at)
        with self.unit_of_work(caller.user_id):
            self._check(caller.user_id, settings)
            self.lock_count(caller.user_id, "alert_intakes")
            if self.intakes.count(caller.user_id) >= INTAKES_MAX:
                raise TooManyIntakes(f"Delete one: a user has at most {INTAKES_MAX}.")
            self.secrets.add(sealed)
            self.intakes.add(intake)
        return intake, plain

    def list(self, caller: Principal, page: PageRequest) -> Page[Intake]:
        """Return a page of the caller's intakes. Raises InvalidCursor."""
        with self.unit_of_work(caller.user_id):
            found = self.intakes.list(caller.user_id, page)
            total = self.intakes.count(caller.user_id) if page.total else None
        return Page.of(found, page, lambda intake: intake.id, total=total)

    def get(self, caller: Principal, intake_id: UUID) -> Intake:
        """Return one of the caller's intakes. Raises IntakeNotFound."""
        with self.unit_of_work(caller.user_id):
            return self.intakes.get(caller.user_id, intake_id)

    def change(self, caller: Principal, intake_id: UUID, changes: Mapping[str, Any]) -> Intake:
        """Change the settings that are given.

        Raises IntakeNotFound, AgentNotFound, BotConfigNotFound.
        """
        with self.unit_of_work(caller.user_id):
            intake = self.intakes.lock(caller.user_id, intake_id)
            settings = intake.settings.changed(changes)
            # What is not changed may be gone: the agent or the bot was deleted meanwhile.
            self._check(caller.user_id, settings, changes)
            changed = replace(intake, settings=settings, updated_at=self.now())
            if "config_id" in changes:
                # The owner chose, also where they chose that nothing posts.
                changed = replace(changed, removed_config_id=None)
            self.intakes.save(changed)
        return changed

    def delete(self, caller: Principal, intake_id: UUID) -> None:
        """Delete an intake with its secrets; its alerts stay. Raises IntakeNotFound."""
        with self.unit_of_work(caller.user_id):
            intake = self.intakes.lock(caller.user_id, intake_id)
            self.intakes.delete(caller.user_id, intake_id)
            self._forget(intake)

    def rotate(
        self, caller: Principal, intake_id: UUID, *, ends_at_once: bool
    ) -> tuple[Intake, str]:
        """Replace the secret; the old one works for 24 hours more, or ends at once.

        Raises IntakeNotFound, KeysUnavailable.
        """
        plain, secret, sealed = self._new_secret(caller.user_id)
        with self.unit_of_work(caller.user_id):
            before = self.intakes.lock(caller.user_id, intake_id)
            self.secrets.add(sealed)
            rotated = before.rotated(secret, self.now(), ends_at_once=ends_at_once)
            self.intakes.save(rotated)
            self._forget(before, kept=rotated)
            self._record_rotation(caller, intake_id, ends_at_once=ends_at_once)
        return rotated, plain

    def _record_rotation(self, caller: Principal, intake_id: UUID, **detail: bool) -> None:
        what = (AuditAction.INTAKE_SECRET_ROTATED, caller.user_id, caller.user_id)
        self.audit.record(Deed(*what, "intake", intake_id, detail))

    def list_deliveries(
        self, caller: Principal, intake_id: UUID, page: PageRequest
    ) -> Page[StoredDelivery]:
        """Return a page of what came in. Raises IntakeNotFound, InvalidCursor."""
        with self.unit_of_work(caller.user_id):
            self.intakes.get(caller.user_id, intake_id)
            found = self.deliveries.list(caller.user_id, intake_id, page)
            total = self.deliveries.count(caller.user_id, intake_id) if page.total else None
        return Page.of(found, page, lambda delivery: delivery.id, total=total)

    def _check(
        self, owner_id: UUID, settings: IntakeSettings, given: Collection[str] | None = None
    ) -> None:
        """Raise AgentNotFound or BotConfigNotFound for the fields that are given, or for all."""
        if given is None or "agent_id" in given:
            self.agents.get(owner_id, settings.agent_id)
        if settings.config_id is not None and (given is None or "config_id" in given):
            self.configs.get(owner_id, settings.config_id)
        escalation = settings.alerting.escalation
        if escalation is not None and (given is None or "escalation" in given):
            self.configs.get(owner_id, escalation.config_id)

    def _new_secret(self, owner_id: UUID) -> tuple[str, IntakeSecret, ConnectionSecret]:
        plain = secrets.token_urlsafe(SECRET_BYTES)
        sealed = self.secrets.seal(owner_id, Secret(bytearray(plain.encode())))
        return plain, IntakeSecret(hash_of_secret(plain), sealed.id), sealed

    def _forget(self, intake: Intake, kept: Intake | None = None) -> None:
        """Delete the sealed secrets of ``intake`` that ``kept`` does not have."""
        stay = {one.secret_id for one in (kept.secret, kept.previous) if one} if kept else set()
        for secret in (intake.secret, intake.previous):
            if secret is not None and secret.secret_id not in stay:
                self.secrets.delete(secret.secret_id)
