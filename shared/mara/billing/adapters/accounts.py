"""Accounts in PostgreSQL: batches of what is due, and the writing of what was decided.

Rows travel as one JSON array per table, so a batch of a thousand is one statement per table.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import errors
from psycopg.rows import dict_row
from pydantic_core import to_json

from mara.billing.adapters.account_statements import (
    AHEAD,
    COVERED,
    DUE,
    HOLD_OWNER,
    INSERT_EVENTS,
    INSERT_SUBSCRIPTIONS,
    OF_OWNER,
    OF_OWNER_LOCKED,
    SET_ASIDE,
    SHIFT,
    SOME,
    SUBSCRIBERS,
    UNPAID,
    UPDATE_SUBSCRIPTIONS,
)
from mara.billing.adapters.document_numbers import number_all
from mara.billing.adapters.invoice_writing import NO_SELLER, save_invoices
from mara.billing.adapters.records import (
    event_rows,
    invoice_row,
    subscription_of,
    subscription_row,
    unpaid_of,
)
from mara.billing.adapters.versions import load_versions
from mara.billing.errors import ConcurrentChange, SubscriptionExists
from mara.billing.model.account import Account, UnpaidInvoice
from mara.billing.model.change_set import ChangeSet
from mara.billing.model.charging import next_look
from mara.billing.model.invoice import Invoice, InvoiceStatus, Party, invoice_number
from mara.billing.model.periods import MICROSECOND
from mara.platform.database import connection

REASON_MAX = 500
NUMBERED = (InvoiceStatus.OPEN, InvoiceStatus.PAID)
START = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PostgresAccounts:
    """Implements ``Accounts``. ``seller`` stands on the invoices that are issued."""

    seller: Party = NO_SELLER

    def lock_due(self, at: datetime, limit: int, after: Account | None) -> Sequence[Account]:
        """Accounts whose ``due_at`` has come, oldest first; those that are locked are skipped."""
        return _accounts(DUE, _batch(at, limit, after), at)

    def lock_covered(self, at: datetime, limit: int, after: Account | None) -> Sequence[Account]:
        """Unpaid accounts that a balance covers, or whose deadline deposits in flight stop."""
        return _accounts(COVERED, _batch(at, limit, after), at)

    def lock_some(self, subscription_ids: Collection[UUID], at: datetime) -> Sequence[Account]:
        """Those of the accounts that are not locked and have not ended."""
        return _accounts(SOME, (list(subscription_ids),), at)

    def lock_of(self, owner_id: UUID, at: datetime) -> Account | None:
        """The account of the owner's subscription that has not ended; waits for its lock."""
        return next(iter(_accounts(OF_OWNER_LOCKED, (owner_id,), at)), None)

    def hold_owner(self, owner_id: UUID) -> None:
        """Keep the owner from being erased until the transaction ends."""
        connection().execute(HOLD_OWNER, (owner_id,))

    def find(self, owner_id: UUID, at: datetime) -> Account | None:
        """The same without a lock, for reading."""
        return next(iter(_accounts(OF_OWNER, (owner_id,), at)), None)

    def lock_subscribers(
        self, version_ids: Collection[UUID], limit: int, after: UUID, at: datetime
    ) -> Sequence[Account]:
        """Accounts on these versions that a move concerns, in the order of their ids."""
        values = {"versions": list(version_ids), "limit": limit, "after": after}
        return _accounts(SUBSCRIBERS, values, at)

    def save(self, change_sets: Sequence[ChangeSet], at: datetime, actor_id: UUID | None) -> None:
        """Write subscriptions, events and invoices; numbered invoices are written last.

        Raises ConcurrentChange, SubscriptionExists.
        """
        self._save_subscriptions(change_sets, at)
        _write(INSERT_EVENTS, event_rows(change_sets, at, actor_id))
        numbered: list[dict[str, Any]] = []
        others: list[dict[str, Any]] = []
        for invoice, unpaid in _invoices(change_sets):
            row = invoice_row(invoice, unpaid)
            (numbered if _needs_number(invoice) else others).append(row)
        stored = {one.account.unpaid.invoice.id for one in change_sets if one.account.unpaid}
        save_invoices(others, self.seller, stored=stored)
        self._save_numbered(numbered, stored)

    def set_aside(self, subscription_id: UUID, reason: str, until: datetime) -> None:
        """Store why the subscription was not charged; it is due again at ``until``."""
        connection().execute(SET_ASIDE, (reason[:REASON_MAX], until, subscription_id))

    def billing_time(self, owner_id: UUID, at: datetime) -> datetime:
        """The owner's billing time; it differs from ``at`` in the local stage only."""
        row = connection().execute(AHEAD, (owner_id,)).fetchone()
        return at + timedelta(microseconds=row[0]) if row else at

    def shift_time(self, owner_id: UUID, by: timedelta) -> None:
        """Move the owner's billing time forward."""
        connection().execute(SHIFT, {"owner_id": owner_id, "by": by // MICROSECOND})

    def _save_subscriptions(self, change_sets: Sequence[ChangeSet], at: datetime) -> None:
        new: list[dict[str, Any]] = []
        stored: list[dict[str, Any]] = []
        for change_set in change_sets:
            look = next_look(change_set)
            ahead = change_set.account.now - at
            row = subscription_row(change_set, look - ahead if look else None)
            (new if change_set.state_before is None else stored).append(row)
        try:
            _write(INSERT_SUBSCRIPTIONS, new)
        except errors.UniqueViolation:
            raise SubscriptionExists("Change the subscription, or cancel it first.") from None
        if _write(UPDATE_SUBSCRIPTIONS, stored) != len(stored):
            raise ConcurrentChange("Retry.")

    def _save_numbered(self, rows: list[dict[str, Any]], stored: Collection[UUID]) -> None:
        """Number the invoices in the order of their issue, and write them.

        Their rows are built before, because the counter is locked from here to the commit.
        """
        rows.sort(key=lambda row: row["issued_at"])
        numbers = number_all("invoice", [row["issued_at"] for row in rows], invoice_number)
        for row, number in zip(rows, list(numbers), strict=True):
            row["number"] = number
        save_invoices(rows, self.seller, stored=stored)


def _batch(at: datetime, limit: int, after: Account | None) -> dict[str, Any]:
    last = (after.due_at, after.subscription.id) if after else (START, UUID(int=0))
    return {"at": at, "limit": limit, "due_at": last[0], "id": last[1]}


def _accounts(query: str, parameters: Any, at: datetime) -> list[Account]:
    cursor = connection().cursor(row_factory=dict_row)
    rows = cursor.execute(query, parameters).fetchall()
    if not rows:
        return []
    versions = load_versions({row["version_id"] for row in rows} | _next_versions(rows))
    unpaid = _unpaid([row["id"] for row in rows if row["state"] in ("incomplete", "past_due")])
    return [
        Account(
            subscription=subscription_of(row, versions),
            now=at + timedelta(microseconds=row["ahead_us"]),
            unpaid=unpaid.get(row["id"]),
            is_closed=row["is_closed"],
            trial_reminded=row["trial_reminded"],
            due_at=row["due_at"],
        )
        for row in rows
    ]


def _next_versions(rows: Iterable[Mapping[str, Any]]) -> set[UUID]:
    return {row["next_version_id"] for row in rows if row["next_version_id"]}


def _unpaid(subscription_ids: list[UUID]) -> dict[UUID, UnpaidInvoice]:
    if not subscription_ids:
        return {}
    cursor = connection().cursor(row_factory=dict_row)
    rows = cursor.execute(UNPAID, (subscription_ids,)).fetchall()
    return {row["subscription_id"]: unpaid_of(row) for row in rows}


def _invoices(change_sets: Sequence[ChangeSet]) -> Iterable[tuple[Invoice, UnpaidInvoice | None]]:
    """Every invoice that changed, with its deadline if it is still to be paid."""
    for change_set in change_sets:
        unpaid = change_set.unpaid
        for invoice in change_set.invoices.values():
            is_unpaid = unpaid is not None and unpaid.invoice.id == invoice.id
            yield invoice, unpaid if is_unpaid else None
        if unpaid is not None and unpaid.invoice.id not in change_set.invoices:
            yield unpaid.invoice, unpaid


def _needs_number(invoice: Invoice) -> bool:
    return invoice.number is None and invoice.status in NUMBERED


def _write(statement: str, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write all rows by one statement; how many were affected."""
    given = list(rows)
    if not given:
        return 0
    return connection().execute(statement, (to_json(given).decode(),)).rowcount
