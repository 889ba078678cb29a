"""Work that dies as it does in production: messages, updates, sends and deliveries."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.notifications.adapters.webhook_deliveries import PostgresDeliveries
from mara.notifications.model.webhooks import (
    DeliveryFailure,
    DeliveryState,
    Webhook,
    WebhookDelivery,
)
from mara.platform.database import connection, transaction
from mara.queues.model.concern import Concern
from mara.queues.model.dead_letter import DeadLetter
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from mara.telegram.adapters.updates import PostgresUpdates
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.outgoing import OutgoingMessage
from mara.telegram.model.update import ClaimedUpdate, FailedUpdate, UpdateState
from tests.support.accounts import make_account
from tests.support.bots import NOON
from tests.support.outgoing import make_message
from tests.support.stored_bots import add_bot
from tests.support.webhooks_world import WebhookWorld

CANARY = "the canary sings"
SENDS, UPDATES, DELIVERIES = "send-telegram", "handle-updates", "send-webhooks"


def make_letter(queue: str, message_id: str, **more: object) -> DeadLetter:
    """A message that died, without its body, which no repository looks into."""
    letter = DeadLetter(
        id=new_id(),
        queue=queue,
        message_id=message_id,
        reason="Missing",
        attempts=5,
        first_failed_at=NOON,
        last_failed_at=NOON,
        concern=Concern(),
        created_at=NOON,
    )
    return replace(letter, **more)  # type: ignore[arg-type]


@dataclass
class Bot:
    """A bot whose updates and messages die."""

    config: BotConfig
    number: int = 0

    def kill_update(self, chat: int = 1) -> ClaimedUpdate:
        self.number += 1
        config = self.config
        body = f'{{"text": "{CANARY}"}}'.encode()
        update = ClaimedUpdate(config.id, config.owner_id, self.number, f"chat:{chat}", body, NOON)
        with transaction(config.owner_id):
            assert PostgresUpdates().claim(update)
        self.kill_again(update)
        return update

    def kill_again(self, update: ClaimedUpdate) -> None:
        with transaction(self.config.owner_id):
            PostgresUpdates().failed(FailedUpdate(update, UpdateState.DEAD, 3, NOON, "Missing"))

    def kill_send(
        self, reason: str = "Bad Request: chat not found", edits: UUID | None = None
    ) -> OutgoingMessage:
        message = make_message(self.config.id, self.config.owner_id, -1, CANARY, edits=edits)
        with transaction(self.config.owner_id):
            PostgresOutgoingMessages().add(message)
            assert PostgresOutgoingMessages().save(message.failed(reason), message)
        return message


def make_bot(name: str = "anna", telegram_id: int = 1) -> Bot:
    return Bot(add_bot(make_account(name).id, telegram_id))


@dataclass
class Receiver:
    """A webhook whose deliveries die."""

    webhook: Webhook

    def kill_delivery(self) -> WebhookDelivery:
        webhook = self.webhook
        delivery = WebhookDelivery(
            new_id(), webhook.id, webhook.owner_id, uuid4(), "test", CANARY, NOON, NOON
        )
        failed = replace(
            delivery,
            state=DeliveryState.FAILED,
            next_at=None,
            last_status=500,
            last_failure=DeliveryFailure.STATUS,
        )
        with transaction(webhook.owner_id):
            assert PostgresDeliveries().add(delivery)
            assert PostgresDeliveries().finish(failed)
        return delivery


def make_receiver(name: str = "boris") -> Receiver:
    return Receiver(WebhookWorld().create(make_account(name))[0])


def row(statement: str, *values: object) -> tuple[object, ...] | None:
    """The first row of a statement, read as the system."""
    with transaction(SYSTEM):
        return connection().execute(statement, values).fetchone()


Kill = Callable[[], str]
"""Lets one piece of work die; returns the id that a letter has of it."""
