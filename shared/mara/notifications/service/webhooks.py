"""Management of outgoing webhooks: their owner creates, changes, switches and deletes them."""

import secrets as random_bytes
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.kernel.clock import Clock
from mara.kernel.count_lock import CountLock
from mara.kernel.ids import new_id
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.secret import Secret
from mara.kernel.unit_of_work import UnitOfWork
from mara.notifications.errors import TooManyWebhooks, WebhookNotFound
from mara.notifications.model.webhook_events import EventType
from mara.notifications.model.webhook_signature import SECRET_BYTES, secret_of
from mara.notifications.model.webhook_url import target_of
from mara.notifications.model.webhooks import Webhook
from mara.notifications.ports import Deliveries, Webhooks
from mara.vault.model import ConnectionSecret
from mara.vault.ports import SecretStore

WEBHOOKS_MAX = 20
"""Maximum number of webhooks per user."""


@dataclass(frozen=True, slots=True)
class WebhookService:
    """Manages the caller's outgoing webhooks.

    Another user's webhook is not found. The key service is called outside of transactions.
    """

    webhooks: Webhooks
    deliveries: Deliveries
    secrets: SecretStore
    lock_count: CountLock
    unit_of_work: UnitOfWork
    now: Clock
    audit: AuditLog

    def check(self, url: str | None) -> None:
        """Check the URL of a form, if it has one. Raises WebhookUrlRefused."""
        if url is not None:
            target_of(url)

    def create(
        self,
        caller: Principal,
        *,
        url: str,
        description: str,
        events: frozenset[EventType] | None,
    ) -> tuple[Webhook, str]:
        """Create a webhook; return it with its secret, which cannot be read again.

        Raises WebhookUrlRefused, TooManyWebhooks, KeysUnavailable.
        """
        self.check(url)
        with self.unit_of_work(caller.user_id):
            self._check_count(caller.user_id)
        sealed, secret = self._new_secret(caller.user_id)
        webhook = Webhook(
            id=new_id(),
            owner_id=caller.user_id,
            url=url,
            description=description,
            events=events,
            secret_id=sealed.id,
            created_at=self.now(),
        )
        with self.unit_of_work(caller.user_id):
            self.lock_count(caller.user_id, "webhooks")
            self._check_count(caller.user_id)
            self.secrets.add(sealed)
            self.webhooks.add(webhook)
        return webhook, secret

    def list(self, caller: Principal, page: PageRequest) -> Page[Webhook]:
        """Return a page of the caller's webhooks. Raises InvalidCursor."""
        with self.unit_of_work(caller.user_id):
            found = self.webhooks.list(caller.user_id, page)
            total = self.webhooks.count(caller.user_id) if page.total else None
        return Page.of(found, page, lambda webhook: webhook.id, total=total)

    def get(self, caller: Principal, webhook_id: UUID) -> Webhook:
        """Return one of the caller's webhooks. Raises WebhookNotFound."""
        with self.unit_of_work(caller.user_id):
            return own(self.webhooks.get(webhook_id), caller)

    def change(self, caller: Principal, webhook_id: UUID, changes: Mapping[str, Any]) -> Webhook:
        """Change ``url``, ``description``, ``events`` or ``active``; the others stay.

        Switched off, what waits fails; switched on, failures are counted from now on. Raises
        WebhookUrlRefused, WebhookNotFound.
        """
        self.check(changes.get("url"))
        fields = {name: value for name, value in changes.items() if name != "active"}
        with self.unit_of_work(caller.user_id):
            webhook = replace(self._locked(caller, webhook_id), **fields)
            if "active" in changes:
                webhook = webhook.switched(on=changes["active"])
            self.webhooks.save(webhook)
            if webhook.off_because:
                self.deliveries.end_waiting(webhook.id)
        return webhook

    def rotate(self, caller: Principal, webhook_id: UUID, *, at_once: bool) -> tuple[Webhook, str]:
        """Replace the secret; return it. The old one signs too for 24 hours, or ends ``at_once``.

        A secret that was replaced earlier ends now. Raises WebhookNotFound, KeysUnavailable.
        """
        self.get(caller, webhook_id)
        sealed, secret = self._new_secret(caller.user_id)
        with self.unit_of_work(caller.user_id):
            before = self._locked(caller, webhook_id)
            self.secrets.add(sealed)
            webhook = before.rotated(sealed.id, self.now(), at_once=at_once)
            self.webhooks.save(webhook)
            self._delete_secrets(before, kept=webhook)
            self._record_rotation(webhook, at_once=at_once)
        return webhook, secret

    def delete(self, caller: Principal, webhook_id: UUID) -> None:
        """Delete the webhook with its deliveries and secrets. Raises WebhookNotFound."""
        with self.unit_of_work(caller.user_id):
            webhook = self._locked(caller, webhook_id)
            self.webhooks.delete(webhook.id)
            self._delete_secrets(webhook)

    def _record_rotation(self, webhook: Webhook, **detail: bool) -> None:
        what = (AuditAction.WEBHOOK_SECRET_ROTATED, webhook.owner_id, webhook.owner_id)
        self.audit.record(Deed(*what, "webhook", webhook.id, detail))

    def _check_count(self, owner_id: UUID) -> None:
        if self.webhooks.count(owner_id) >= WEBHOOKS_MAX:
            raise TooManyWebhooks(f"Delete one: a user has at most {WEBHOOKS_MAX}.")

    def _locked(self, caller: Principal, webhook_id: UUID) -> Webhook:
        return own(self.webhooks.lock(webhook_id), caller)

    def _new_secret(self, owner_id: UUID) -> tuple[ConnectionSecret, str]:
        key = random_bytes.token_bytes(SECRET_BYTES)
        return self.secrets.seal(owner_id, Secret(bytearray(key))), secret_of(key)

    def _delete_secrets(self, webhook: Webhook, kept: Webhook | None = None) -> None:
        still_used = {kept.secret_id, kept.previous_secret_id} if kept else set()
        for secret_id in (webhook.secret_id, webhook.previous_secret_id):
            if secret_id and secret_id not in still_used:
                self.secrets.delete(secret_id)


def own(webhook: Webhook | None, caller: Principal) -> Webhook:
    """The webhook, if it is the caller's. Raises WebhookNotFound."""
    if webhook is None or webhook.owner_id != caller.user_id:
        raise WebhookNotFound("Check the id.")
    return webhook
