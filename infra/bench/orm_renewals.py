"""Renews subscriptions one by one with SQLAlchemy's ORM, as a straightforward program would.

It does the same work: locks, decides, posts, numbers, writes the invoice, the event, the message
and the subscription. Each is a transaction of its own, so that one that fails stops no other.
"""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import create_engine, select, text
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from mara.billing.model.periods import Period

POST: Final = text("SELECT key, id, at FROM ledger_post(CAST(:orders AS jsonb))")
TABLES: Final = (
    *("subscriptions", "subscription_events", "plans", "plan_versions", "invoices"),
    *("document_numbers", "ledger_accounts", "users", "outbox"),
)
SCOPE: Final = text("SELECT set_config('mara.scope', 'system', true)")


def rate(url: str, count: int) -> float:
    """Renew ``count`` subscriptions, the oldest first; how many per second."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
    base = automap_base()
    base.prepare(autoload_with=engine, reflection_options={"only": TABLES})
    tables = base.classes
    with Session(engine) as session:
        session.execute(SCOPE)
        due = select(tables.subscriptions.id).order_by(tables.subscriptions.due_at).limit(count)
        ids = session.scalars(due).all()
        session.add(tables.document_numbers(series="invoice", year=datetime.now(UTC).year, last=0))
        session.commit()
        began = time.perf_counter()
        for id_ in ids:
            session.execute(SCOPE)
            _renew(session, tables, id_)
            session.commit()
        took = time.perf_counter() - began
    engine.dispose()
    return count / took


def _renew(session: Session, tables: Any, subscription_id: UUID) -> None:
    from mara.billing.model.periods import Interval, IntervalUnit
    from mara.kernel.ids import new_id

    now = datetime.now(UTC)
    one = session.get_one(tables.subscriptions, subscription_id, with_for_update=True)
    version = session.get_one(tables.plan_versions, one.version_id)
    user = session.get_one(tables.users, one.owner_id)
    balance = session.get_one(tables.ledger_accounts, one.owner_id)
    if not user.active or balance.available < version.price:
        raise RuntimeError("the subscriber cannot pay")
    interval = Interval(IntervalUnit(version.interval_unit), version.interval_count)
    period = interval.period_at(one.anchor, one.period_end)
    invoice = _invoice(tables, one, version.price, period, now)
    _charge(session, one, invoice.id, version.price, now)
    numbers = session.get_one(tables.document_numbers, ("invoice", now.year), with_for_update=True)
    numbers.last += 1
    invoice.number = f"{now.year}-{numbers.last:06}"
    invoice.buyer = {"name": user.company or user.full_name or "", "email": user.email}
    session.add(invoice)
    one.events += 1
    one.period_start, one.period_end, one.due_at = period.start, period.end, period.end
    one.changed_at = now
    session.add(_event(tables, one, invoice.id, version.price, now))
    message = {"invoice_id": invoice.id, "owner_id": one.owner_id, "amount": version.price}
    session.add(
        tables.outbox(
            id=new_id(),
            queue="event:InvoicePaid",
            body=to_json(message).decode(),
            left_to_relay=True,
        )
    )


def _invoice(tables: Any, one: Any, price: int, period: "Period", now: datetime) -> Any:
    from mara.kernel.ids import new_id

    return tables.invoices(
        id=new_id(),
        subscription_id=one.id,
        owner_id=one.owner_id,
        version_id=one.version_id,
        status="paid",
        purpose="renewal",
        cause=period.start.isoformat(),
        lines=[{"kind": "base", "amount": price}],
        total=price,
        period_start=period.start,
        period_end=period.end,
        created_at=now,
        issued_at=now,
        paid_at=now,
    )


def _charge(session: Session, one: Any, invoice_id: UUID, amount: int, now: datetime) -> None:
    from mara.kernel.ids import new_id

    order = {
        "id": new_id(),
        "key": f"renewal:{one.id}:{one.period_end.isoformat()}",
        "kind": "charge",
        "reference": str(invoice_id),
        "owner_id": one.owner_id,
        "ends_id": None,
        "accounts": ["available", "revenue"],
        "amounts": [-amount, amount],
        "expires_at": None,
        "created_at": now,
    }
    session.execute(POST, {"orders": to_json([order]).decode()})


def _event(tables: Any, one: Any, invoice_id: UUID, monthly: int, now: datetime) -> Any:
    return tables.subscription_events(
        subscription_id=one.id,
        number=one.events,
        owner_id=one.owner_id,
        kind="StartPeriod",
        state="active",
        version_id=one.version_id,
        monthly_before=monthly,
        monthly_after=monthly,
        period_start=one.period_start,
        period_end=one.period_end,
        invoice_id=invoice_id,
        at=now,
        recorded_at=now,
    )
