"""Random histories of users: recorded with the money that moved, and stored in PostgreSQL."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from mara.billing.adapters.account_statements import INSERT_EVENTS
from mara.billing.adapters.records import invoice_row
from mara.billing.model.invoice import Invoice
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.adapters.postgres import PostgresLedger
from mara.ledger.model import Cause
from mara.ledger.service import LedgerService
from mara.platform.database import connection, transaction
from tests.support.money import make_owner
from tests.unit.billing.test_walk import Walk

INSERT_SUBSCRIPTION = """
    INSERT INTO subscriptions (id, owner_id, state, version_id, ever_paid, trial_reminded,
        overage_limit, end_reason, events, changed_at, due_at)
    VALUES (%(id)s, %(owner_id)s, %(state)s, %(version_id)s, %(ever_paid)s, false, 0,
        %(end_reason)s, %(events)s, %(changed_at)s, %(due_at)s)
"""
INSERT_INVOICE = """
    INSERT INTO invoices (id, subscription_id, owner_id, version_id, status, purpose, cause, number,
        lines, total, period_start, period_end, created_at, issued_at, paid_at)
    VALUES (%(id)s, %(subscription_id)s, %(owner_id)s, %(version_id)s, %(status)s, %(purpose)s,
        %(cause)s, %(number)s, %(lines)s, %(total)s, %(period_start)s, %(period_end)s,
        %(created_at)s, %(issued_at)s, %(paid_at)s)
"""


@dataclass(frozen=True)
class Moved:
    """Money that moved at a moment: ``invoice`` is what was charged or given back."""

    at: datetime
    kind: str
    amount: int
    network: str = ""
    invoice: Invoice | None = None


@dataclass
class History:
    """``walk`` after ``steps`` steps, with all money that moved, in order."""

    walk: Walk
    number: int
    money: list[Moved] = field(default_factory=list)

    @classmethod
    def of(cls, seed: int, steps: int) -> "History":
        history = cls(Walk(seed), seed)
        for _ in range(steps):
            history.step()
        return history

    def step(self) -> None:
        world, at_start = self.walk.world, self.walk.paid_in
        paid_before = {one.id for one in world.paid}
        credited_before = dict(world.credited)
        self.walk.step()
        if self.walk.paid_in > at_start:
            network = ("tron", "arbitrum", "aptos")[len(self.money) % 3]
            amount = self.walk.paid_in - at_start
            self.money.append(Moved(world.now, "deposit", amount, network))
        # A note may give back what the same step charges again; either order has these sums.
        for invoice_id, amount in world.credited.items():
            given = amount - credited_before.get(invoice_id, 0)
            if given:
                invoice = world.invoices[invoice_id]
                self.money.append(Moved(world.now, "refund", given, invoice=invoice))
        for invoice in world.paid:
            if invoice.id not in paid_before and invoice.total:
                self.money.append(Moved(world.now, "charge", invoice.total, invoice=invoice))

    def id_of(self, id_: UUID) -> UUID:
        """Unique among histories, in the same order."""
        return UUID(int=((self.number + 1) << 64) + id_.int)


def store(history: History) -> None:
    """Write the history as billing does; the money is posted at its billing time."""
    owner_id = make_owner()
    with transaction(SYSTEM):
        _store_subscriptions(history, owner_id)
        connection().execute(INSERT_EVENTS, (to_json(_event_rows(history, owner_id)).decode(),))
        for invoice in history.walk.world.paid:
            row = invoice_row(invoice, None)
            connection().execute(
                INSERT_INVOICE,
                row
                | {
                    "id": history.id_of(invoice.id),
                    "subscription_id": history.id_of(invoice.subscription_id),
                    "owner_id": owner_id,
                    "lines": json.dumps(row["lines"]),
                    "number": f"{history.number}-{invoice.id}",
                },
            )
        for number, moved in enumerate(history.money):
            _post(history, owner_id, number, moved)


def _store_subscriptions(history: History, owner_id: UUID) -> None:
    last = {record.after.id: record.after for record in history.walk.world.events}
    for after in last.values():
        ended = after.end_reason is not None
        connection().execute(
            INSERT_SUBSCRIPTION,
            {
                "id": history.id_of(after.id),
                "owner_id": owner_id,
                "state": after.state,
                "version_id": after.version.id,
                "ever_paid": after.ever_paid,
                "end_reason": after.end_reason,
                "events": after.events,
                "changed_at": after.changed_at,
                "due_at": None if ended else after.changed_at,
            },
        )


def _event_rows(history: History, owner_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "subscription_id": history.id_of(record.after.id),
            "number": record.after.events,
            "owner_id": owner_id,
            "kind": type(record.event).__name__,
            "state": record.after.state,
            "end_reason": record.after.end_reason,
            "version_id": record.after.version.id,
            "monthly_before": record.monthly_revenue_before,
            "monthly_after": record.after.monthly_revenue,
            "period_start": record.after.period.start if record.after.period else None,
            "period_end": record.after.period.end if record.after.period else None,
            "invoice_id": history.id_of(record.invoice_id) if record.invoice_id else None,
            "actor_id": None,
            "at": record.after.changed_at,
            "recorded_at": record.after.changed_at,
        }
        for record in history.walk.world.events
    ]


def _post(history: History, owner_id: UUID, number: int, moved: Moved) -> None:
    ledger = LedgerService(PostgresLedger(), lambda: moved.at)
    subject = str(history.id_of(moved.invoice.id)) if moved.invoice else f"deposit {number}"
    cause = Cause(f"{owner_id} {number}", subject)
    match moved.kind:
        case "deposit":
            ledger.credit_deposit(owner_id, moved.network, moved.amount, cause)
        case "charge":
            ledger.charge(owner_id, moved.amount, cause)
        case _:
            ledger.refund(owner_id, moved.amount, cause)
