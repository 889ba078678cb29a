"""Outgoing webhooks in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Text, any_, bindparam, delete, insert, or_, select, update

from mara.kernel.page import PageRequest
from mara.notifications.adapters.tables import webhooks
from mara.notifications.errors import WebhookNotFound
from mara.notifications.model.webhook_events import EventType
from mara.notifications.model.webhooks import Webhook
from mara.platform.sql import bound, execute, fetch_all, fetch_one, values_of
from mara.platform.sql_lists import SortedList
from mara.users.adapters.tables import users

_columns = webhooks.c
_changed = (
    *(_columns.url, _columns.description, _columns.events, _columns.secret_id),
    *(_columns.previous_secret_id, _columns.previous_until, _columns.off_because),
    *(_columns.failing_since, _columns.failures),
)

ADD = insert(webhooks).values(bound(_columns))
GET = select(webhooks).where(_columns.id == bindparam("id"))
LOCK = GET.with_for_update()
LIST = SortedList.of(
    select(webhooks).where(_columns.owner_id == bindparam("owner_id")), _columns.id, {}
)
LIST_WANTING = (
    select(webhooks)
    .join(users, users.c.id == _columns.owner_id)
    .where(
        users.c.active,
        _columns.owner_id == bindparam("owner_id"),
        _columns.off_because.is_(None),
        or_(
            _columns.events.is_(None),
            bindparam("event", type_=Text) == any_(_columns.events),
        ),
    )
    .order_by(_columns.id)
)
SAVE = update(webhooks).where(_columns.id == bindparam("of_id")).values(bound(_changed))
DELETE = delete(webhooks).where(_columns.id == bindparam("id"))


class PostgresWebhooks:
    """Implements ``Webhooks``."""

    def add(self, webhook: Webhook) -> None:
        """Insert the webhook."""
        execute(ADD, **values_of(webhook))

    def get(self, webhook_id: UUID) -> Webhook:
        """Return the webhook. Raises WebhookNotFound where the scope has none."""
        row = fetch_one(GET, id=webhook_id)
        if row is None:
            raise WebhookNotFound("Check the id.")
        return Webhook(**row)

    def lock(self, webhook_id: UUID) -> Webhook | None:
        """Return the webhook, which no other transaction changes until this one ends."""
        row = fetch_one(LOCK, id=webhook_id)
        return Webhook(**row) if row else None

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[Webhook]:
        """Return a page of the owner's webhooks, and one more if there is another."""
        return [Webhook(**row) for row in LIST.fetch(page, owner_id=owner_id)]

    def count(self, owner_id: UUID) -> int:
        """Return the number of the owner's webhooks."""
        return LIST.total(owner_id=owner_id)

    def list_wanting(self, owner_id: UUID, event: EventType) -> Sequence[Webhook]:
        """Return the webhooks of an active owner that are on and want this event."""
        rows = fetch_all(LIST_WANTING, owner_id=owner_id, event=event)
        return [Webhook(**row) for row in rows]

    def save(self, webhook: Webhook) -> None:
        """Store the changed webhook."""
        values = values_of(webhook)
        execute(SAVE, of_id=webhook.id, **{str(c.key): values[str(c.key)] for c in _changed})

    def delete(self, webhook_id: UUID) -> None:
        """Delete the webhook with its deliveries."""
        execute(DELETE, id=webhook_id)
