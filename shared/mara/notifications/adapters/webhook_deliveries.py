"""Deliveries of outgoing webhooks in PostgreSQL: rows that workers take by their time."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, null, select, true, update
from sqlalchemy.dialects.postgresql import insert

from mara.kernel.correlation import current
from mara.kernel.page import PageRequest
from mara.notifications.adapters.tables import webhook_deliveries, webhooks
from mara.notifications.errors import DeliveryNotFound
from mara.notifications.model.webhooks import (
    OF_EACH_OWNER,
    DeliveryFailure,
    DeliveryState,
    WebhookDelivery,
)
from mara.platform.sql import (
    bound,
    constant,
    equals_if_given,
    execute,
    fetch_all,
    fetch_one,
    fetch_value,
    values_of,
)
from mara.platform.sql_lists import SortedList

OF_EACH_WEBHOOK = 2
"""Deliveries of one webhook that one claim takes."""

_columns = webhook_deliveries.c
_shown = [column for column in _columns if column is not _columns.letter_id]
_waiting = constant(DeliveryState.WAITING)
_now = bindparam("now", type_=_columns.next_at.type)
_begun_again = {"state": _waiting, "attempts": 0, "next_at": _now}

ADD = (
    insert(webhook_deliveries)
    .values(bound(_shown))
    .on_conflict_do_nothing(index_elements=["webhook_id", "event_id"])
)
GET = select(*_shown).where(
    _columns.id == bindparam("id"), _columns.webhook_id == bindparam("webhook_id")
)
LIST = SortedList.of(
    select(*_shown).where(
        _columns.webhook_id == bindparam("webhook_id"), equals_if_given(_columns.state, "state")
    ),
    _columns.id,
    {},
)

_candidate = webhook_deliveries.alias("candidate")
_first = (
    select(_candidate.c.id, _candidate.c.next_at)
    .where(
        _candidate.c.webhook_id == webhooks.c.id,
        _candidate.c.state == _waiting,
        _candidate.c.next_at <= _now,
    )
    .order_by(_candidate.c.next_at)
    .limit(OF_EACH_WEBHOOK)
    .lateral("first")
)
_of_webhook = func.row_number().over(partition_by=webhooks.c.id, order_by=_first.c.next_at)
_found = (
    select(_first.c.id, _first.c.next_at, webhooks.c.owner_id, _of_webhook.label("turn"))
    .select_from(webhooks.join(_first, true()))
    .where(
        webhooks.c.off_because.is_(None),
        webhooks.c.owner_id != func.all(bindparam("without")),
    )
    .subquery("found")
)
_of_owner = func.row_number().over(
    partition_by=_found.c.owner_id, order_by=(_found.c.turn, _found.c.next_at, _found.c.id)
)
_turns = select(_found.c.id, _found.c.next_at, _of_owner.label("turn")).subquery("turns")
# Owners take turns: the first of each before the second of any.
_due = (
    select(_turns.c.id)
    .where(_turns.c.turn <= OF_EACH_OWNER)
    .order_by(_turns.c.turn, _turns.c.next_at)
    .limit(bindparam("limit"))
)
_row = webhook_deliveries.alias("row")
# The conditions again: another worker may have taken the row since it was found.
_taken = (
    select(_row.c.id)
    .where(_row.c.id.in_(_due), _row.c.state == _waiting, _row.c.next_at <= _now)
    .with_for_update(skip_locked=True)
    .cte("taken")
)
CLAIM = (
    update(webhook_deliveries)
    .where(_columns.id.in_(select(_taken.c.id)))
    .values(attempts=_columns.attempts + 1, next_at=bindparam("until"))
    .returning(*_shown)
)
GIVE_BACK = (
    update(webhook_deliveries)
    .where(
        _columns.id == bindparam("of_id"),
        _columns.state == _waiting,
        _columns.attempts == bindparam("of_attempts"),
    )
    .values(attempts=_columns.attempts - 1, next_at=bindparam("at"))
)
_outcome = (
    *(_columns.state, _columns.next_at, _columns.last_attempt_at),
    *(_columns.last_status, _columns.last_failure),
)
FINISH = (
    update(webhook_deliveries)
    .where(
        _columns.id == bindparam("of_id"),
        _columns.state == _waiting,
        _columns.attempts == bindparam("of_attempts"),
    )
    .values(bound(_outcome))
)
RESEND = update(webhook_deliveries).where(_columns.id == bindparam("id")).values(_begun_again)
RESEND_FAILED = (
    update(webhook_deliveries)
    .where(
        _columns.webhook_id == bindparam("of_webhook"),
        _columns.state == constant(DeliveryState.FAILED),
        _columns.created_at >= bindparam("since"),
    )
    .values(_begun_again)
)
END_WAITING = (
    update(webhook_deliveries)
    .where(_columns.webhook_id == bindparam("of_webhook"), _columns.state == _waiting)
    .values(
        state=constant(DeliveryState.FAILED),
        next_at=null(),
        last_failure=constant(DeliveryFailure.SWITCHED_OFF),
    )
)
NEXT_DUE = (
    select(func.min(_columns.next_at).label("due"))
    .select_from(webhook_deliveries.join(webhooks, webhooks.c.id == _columns.webhook_id))
    .where(_columns.state == _waiting, webhooks.c.off_because.is_(None))
)


class PostgresDeliveries:
    """Implements ``Deliveries``."""

    def add(self, delivery: WebhookDelivery) -> bool:
        """Insert the delivery; False where this event is there already for this webhook."""
        return execute(ADD, **{**values_of(delivery), "correlation_id": current()}) == 1

    def get(self, webhook_id: UUID, delivery_id: UUID) -> WebhookDelivery:
        """Return the delivery. Raises DeliveryNotFound where the webhook has none."""
        row = fetch_one(GET, id=delivery_id, webhook_id=webhook_id)
        if row is None:
            raise DeliveryNotFound("Check the id.")
        return WebhookDelivery(**row)

    def list(self, webhook_id: UUID, page: PageRequest) -> Sequence[WebhookDelivery]:
        """Return a page of the webhook's deliveries; the filter is ``state``."""
        wanted = {"webhook_id": webhook_id, "state": page.filters.get("state")}
        return [WebhookDelivery(**row) for row in LIST.fetch(page, **wanted)]

    def count(self, webhook_id: UUID, page: PageRequest) -> int:
        """Return the number of the webhook's deliveries that the page's filter selects."""
        return LIST.total(webhook_id=webhook_id, state=page.filters.get("state"))

    def claim(
        self, now: datetime, until: datetime, *, limit: int, without: Collection[UUID] = ()
    ) -> Sequence[WebhookDelivery]:
        """Take deliveries that are due; see ``Deliveries.claim``."""
        rows = fetch_all(CLAIM, now=now, until=until, limit=limit, without=list(without))
        return [WebhookDelivery(**row) for row in rows]

    def give_back(self, claimed: Sequence[WebhookDelivery], at: datetime) -> None:
        """Undo the claim of attempts that were not made: they are due at ``at``."""
        for delivery in claimed:
            execute(GIVE_BACK, of_id=delivery.id, of_attempts=delivery.attempts, at=at)

    def finish(self, delivery: WebhookDelivery) -> bool:
        """Store the outcome of the attempt; False where another attempt has begun since then."""
        values = values_of(delivery)
        outcome = {str(column.key): values[str(column.key)] for column in _outcome}
        fence = {"of_id": delivery.id, "of_attempts": delivery.attempts}
        return execute(FINISH, **fence, **outcome) == 1

    def resend(self, delivery_id: UUID, now: datetime) -> None:
        """Let the delivery begin again, at once."""
        execute(RESEND, id=delivery_id, now=now)

    def resend_failed(self, webhook_id: UUID, since: datetime, now: datetime) -> int:
        """Do so with those that failed and were made at ``since`` or later; return how many."""
        return execute(RESEND_FAILED, of_webhook=webhook_id, since=since, now=now)

    def end_waiting(self, webhook_id: UUID) -> None:
        """Let those that wait fail, because their webhook was switched off."""
        execute(END_WAITING, of_webhook=webhook_id)

    def next_due(self) -> datetime | None:
        """When the next delivery of a webhook that is on is due, None if none waits."""
        due: datetime | None = fetch_value(NEXT_DUE)
        return due
