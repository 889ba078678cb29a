"""Conversion between rows of billing and what the domain calls them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mara.billing.model.account import UnpaidInvoice
from mara.billing.model.change_set import ChangeSet
from mara.billing.model.invoice import Invoice, InvoiceLine, InvoiceStatus, LineKind, Party, Purpose
from mara.billing.model.meters import Feature, Meter
from mara.billing.model.payment_deadline import Cover, PaymentDeadline
from mara.billing.model.periods import MICROSECOND, Interval, IntervalUnit, Period
from mara.billing.model.plan import PlanTerms, PlanVersion
from mara.billing.model.subscription import EndReason, State, Subscription

Row = Mapping[str, Any]


def version_of(row: Row) -> PlanVersion:
    """A version, of a row of ``plan_versions`` with the plan's code."""
    terms = PlanTerms(
        price=row["price"],
        interval=Interval(IntervalUnit(row["interval_unit"]), row["interval_count"]),
        allowances={Meter(meter): allowed for meter, allowed in row["allowances"].items()},
        overage_prices={Meter(meter): price for meter, price in row["overage_prices"].items()},
        features=frozenset(map(Feature, row["features"])),
        discount_percent=row["discount_percent"],
        trial_days=row["trial_days"],
        grace_days=row["grace_days"],
        grace_percent=row["grace_percent"],
    )
    return PlanVersion(
        row["id"], row["plan_id"], row["code"], row["number"], terms, row["created_at"]
    )


def subscription_of(row: Row, versions: Mapping[UUID, PlanVersion]) -> Subscription:
    """A subscription, of a row of ``subscriptions``."""
    return Subscription(
        id=row["id"],
        owner_id=row["owner_id"],
        state=State(row["state"]),
        version=versions[row["version_id"]],
        changed_at=row["changed_at"],
        events=row["events"],
        anchor=row["anchor"],
        period=period_of(row),
        next_version=versions[row["next_version_id"]] if row["next_version_id"] else None,
        next_from=row["next_from"],
        cancel_at=row["cancel_at"],
        ever_paid=row["ever_paid"],
        overage_limit=row["overage_limit"],
        end_reason=EndReason(row["end_reason"]) if row["end_reason"] else None,
    )


def period_of(row: Row) -> Period | None:
    """The period of a row."""
    return Period(row["period_start"], row["period_end"]) if row["period_start"] else None


def invoice_of(row: Row) -> Invoice:
    """An invoice, of a row of ``invoices``."""
    return Invoice(
        id=row["id"],
        subscription_id=row["subscription_id"],
        owner_id=row["owner_id"],
        version_id=row["version_id"],
        status=InvoiceStatus(row["status"]),
        purpose=Purpose(row["purpose"]),
        cause=row["cause"],
        lines=tuple(_line_of(line) for line in row["lines"]),
        created_at=row["created_at"],
        period=period_of(row),
        number=row["number"],
        issued_at=row["issued_at"],
        paid_at=row["paid_at"],
        buyer=Party(**row["buyer"]) if row["buyer"] else None,
        seller=Party(**row["seller"]) if row["seller"] else None,
    )


def unpaid_of(row: Row) -> UnpaidInvoice:
    """A draft or open invoice with its deadline."""
    deadline = PaymentDeadline(
        at=row["pay_until"],
        length=timedelta(microseconds=row["pay_length_us"]),
        paused_since=row["paused_since"],
        paused_by=Cover(row["paused_by"]),
        unconfirmed_left=timedelta(microseconds=row["unconfirmed_left_us"]),
    )
    return UnpaidInvoice(invoice_of(row), deadline, row["reminders"])


def invoice_row(invoice: Invoice, unpaid: UnpaidInvoice | None) -> dict[str, Any]:
    """The columns of an invoice; ``unpaid`` is the deadline, if it is still to be paid."""
    deadline = unpaid.deadline if unpaid else None
    return {
        "id": invoice.id,
        "subscription_id": invoice.subscription_id,
        "owner_id": invoice.owner_id,
        "version_id": invoice.version_id,
        "status": invoice.status.value,
        "purpose": invoice.purpose.value,
        "cause": invoice.cause,
        "number": invoice.number,
        "lines": [_line_row(line) for line in invoice.lines],
        "total": invoice.total,
        **_period_row(invoice.period),
        "created_at": invoice.created_at,
        "issued_at": invoice.issued_at,
        "paid_at": invoice.paid_at,
        "pay_until": deadline.at if deadline else None,
        "pay_length_us": deadline.length // MICROSECOND if deadline else None,
        "paused_since": deadline.paused_since if deadline else None,
        "paused_by": deadline.paused_by if deadline else None,
        "unconfirmed_left_us": deadline.unconfirmed_left // MICROSECOND if deadline else None,
        "reminders": unpaid.reminders if unpaid else 0,
    }


def subscription_row(change_set: ChangeSet, due_at: datetime | None) -> dict[str, Any]:
    """The columns of a subscription, and ``events_before``, which the stored row must have."""
    one = change_set.subscription
    return {
        "id": one.id,
        "owner_id": one.owner_id,
        "state": one.state.value,
        "version_id": one.version.id,
        "next_version_id": one.next_version.id if one.next_version else None,
        "next_from": one.next_from,
        "anchor": one.anchor,
        **_period_row(one.period),
        "cancel_at": one.cancel_at,
        "ever_paid": one.ever_paid,
        "trial_reminded": change_set.trial_reminded,
        "overage_limit": one.overage_limit,
        "end_reason": one.end_reason,
        "events": one.events,
        "changed_at": one.changed_at,
        "due_at": due_at,
        "events_before": change_set.account.subscription.events,
    }


def event_rows(
    change_sets: Sequence[ChangeSet], at: datetime, actor_id: UUID | None
) -> Iterable[dict[str, Any]]:
    """The columns of all events that happened."""
    for change_set in change_sets:
        for record in change_set.events:
            after = record.after
            yield {
                "subscription_id": after.id,
                "number": after.events,
                "owner_id": after.owner_id,
                "kind": type(record.event).__name__,
                "state": after.state.value,
                "end_reason": after.end_reason,
                "version_id": after.version.id,
                "monthly_before": record.monthly_revenue_before,
                "monthly_after": after.monthly_revenue,
                **_period_row(after.period),
                "invoice_id": record.invoice_id,
                "actor_id": actor_id,
                "at": after.changed_at,
                "recorded_at": at,
            }


def _period_row(period: Period | None) -> dict[str, datetime | None]:
    return {
        "period_start": period.start if period else None,
        "period_end": period.end if period else None,
    }


def _line_row(line: InvoiceLine) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": line.kind.value, "amount": line.amount}
    if line.meter is not None:
        row |= {"meter": line.meter, "quantity": line.quantity}
    if line.kept:
        row["kept"] = line.kept
    return row


def _line_of(row: Row) -> InvoiceLine:
    meter = Meter(row["meter"]) if row.get("meter") else None
    quantity, kept = row.get("quantity"), row.get("kept", 0)
    return InvoiceLine(LineKind(row["kind"]), row["amount"], meter, quantity, kept)
