"""Outgoing webhooks on PostgreSQL, with a clock that tests move and receivers that they script."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from mara.kernel.ids import new_id
from mara.kernel.messages import Message
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM
from mara.notifications.messages import NotifyOwner, WebhookSwitchedOff
from mara.notifications.model.webhooks import Webhook, WebhookAnswer, WebhookDelivery
from mara.notifications.ports import WebhookRequest, WebhookSender
from mara.notifications.service.webhook_deliveries import DeliveryService
from mara.notifications.service.webhook_sending import WebhookSendingService
from mara.platform.database import connection, transaction
from mara.wiring.webhooks import delivery_service, webhook_sending_service, webhook_service
from tests.support.accounts import Account

URL = "https://hooks.example.com/mara"
ACCEPTED = WebhookAnswer(204)

Script = Callable[[WebhookRequest], WebhookAnswer]


@dataclass
class ScriptedSender:
    """Implements ``WebhookSender``: answers as the test says, and keeps what was sent."""

    script: Script = lambda _request: ACCEPTED
    sent: list[WebhookRequest] = field(default_factory=list)

    def start(self, request: WebhookRequest) -> Future[WebhookAnswer]:
        self.sent.append(request)
        answered = Future[WebhookAnswer]()
        answered.set_result(self.script(request))
        return answered

    @property
    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.sent]


@dataclass
class WebhookWorld:
    """The services, and what they published."""

    sender: ScriptedSender = field(default_factory=ScriptedSender)
    at: datetime = datetime(2026, 11, 28, 12, tzinfo=UTC)
    published: list[Message] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def publish(self, message: Message) -> None:
        self.published.append(message)

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    @property
    def deliveries(self) -> DeliveryService:
        return replace(delivery_service(), publish=self.publish, now=self.now)

    def sending(self, sender: WebhookSender | None = None) -> WebhookSendingService:
        return replace(
            webhook_sending_service(),
            sender=sender or self.sender,
            ring=self.deliveries.ring,
            publish=self.publish,
            now=self.now,
            chance=lambda: 0.5,
            wait=self.wait,
        )

    def create(self, account: Account, url: str = URL, events: Any = None) -> tuple[Webhook, str]:
        service = replace(webhook_service(), now=self.now)
        return service.create(account.principal, url=url, description="", events=events)

    def get(self, account: Account, webhook_id: UUID) -> Webhook:
        return webhook_service().get(account.principal, webhook_id)

    def listed(self, account: Account, webhook_id: UUID, **filters: Any) -> list[WebhookDelivery]:
        page = PageRequest.of(100, None, filters=filters)
        return list(self.deliveries.list(account.principal, webhook_id, page).items)

    @property
    def switched_off(self) -> list[UUID]:
        return [one.webhook_id for one in self.published if isinstance(one, WebhookSwitchedOff)]


def deposit_credited(owner_id: UUID, event_id: UUID | None = None) -> NotifyOwner:
    return NotifyOwner.model_validate(
        {
            "owner_id": owner_id,
            "event": "deposit-credited",
            "event_id": event_id or new_id(),
            "deposit_id": str(new_id()),
            "amount_micro_usdt": 5_000_000,
        }
    )


def rows_of(query: str, *parameters: Any) -> Iterator[Any]:
    with transaction(SYSTEM):
        yield from connection().execute(query, parameters).fetchall()
