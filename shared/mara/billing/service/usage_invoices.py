"""Invoices of overage, issued at the end of each usage period."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from mara.billing.messages import InvoicePaid
from mara.billing.model.counter import Counter
from mara.billing.model.invoice import Invoice, InvoiceLine, InvoiceStatus, LineKind, Purpose
from mara.billing.ports import UsageCounters, UsageInvoices
from mara.kernel.messages import PublishAll
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork

PERIODS_MAX: Final = 1000
BATCHES_MAX: Final = 1000
"""Batches of one tick; what is left is done by the next one."""


@dataclass(frozen=True, slots=True)
class UsageInvoiceService:
    """Lists what overage cost; it was charged when it was used, so nothing is posted."""

    counters: UsageCounters
    invoices: UsageInvoices
    unit_of_work: UnitOfWork
    publish_all: PublishAll
    new_id: Callable[[], UUID]
    batch: int = PERIODS_MAX

    def close_usage_periods(self, now: datetime) -> int:
        """Issue the invoices of usage periods that have ended; how many were issued.

        A period with an open reservation waits for its end.
        """
        issued = 0
        for _ in range(BATCHES_MAX):
            with self.unit_of_work(SYSTEM):
                closed = self._close_batch(now)
            issued += closed
            if closed < self.batch:
                break
        return issued

    def _close_batch(self, now: datetime) -> int:
        periods = list(_by_period(self.counters.lock_ended(now, self.batch)))
        invoices = [self._invoice(period, now) for period in periods]
        if not invoices:
            return 0
        listed = [
            replace(counter, invoice_id=invoice.id)
            for period, invoice in zip(periods, invoices, strict=True)
            for counter in period
        ]
        self.counters.save(listed, now)
        self.publish_all(
            [
                InvoicePaid(invoice_id=one.id, owner_id=one.owner_id, amount_micro_usdt=one.total)
                for one in invoices
            ]
        )
        self.invoices.add(invoices)
        return len(invoices)

    def _invoice(self, counters: Sequence[Counter], now: datetime) -> Invoice:
        one = counters[0]
        if one.subscription_id is None:
            raise AssertionError("the default plan has no overage")
        # In the local stage a user's billing time may be ahead.
        issued_at = max(now, one.period.end)
        return Invoice(
            id=self.new_id(),
            subscription_id=one.subscription_id,
            owner_id=one.owner_id,
            version_id=one.version_id,
            status=InvoiceStatus.PAID,
            purpose=Purpose.USAGE,
            cause=one.period.start.isoformat(),
            lines=tuple(_line(counter) for counter in counters if counter.charged),
            created_at=issued_at,
            period=one.period,
            issued_at=issued_at,
            paid_at=issued_at,
        )


def _line(counter: Counter) -> InvoiceLine:
    return InvoiceLine(LineKind.OVERAGE, counter.charged, counter.meter, counter.overage)


def _by_period(counters: Iterable[Counter]) -> Iterable[list[Counter]]:
    """The counters by usage period; those that changed since they were chosen are left out."""
    ordered = sorted(counters, key=_place)
    for _, group in groupby(ordered, key=lambda one: _place(one)[:2]):
        period = list(group)
        is_open = any(one.reserved or one.overage_reserved for one in period)
        if not is_open and all(one.invoice_id is None for one in period):
            yield period


def _place(counter: Counter) -> tuple[datetime, str, UUID]:
    return counter.period.start, str(counter.subscription_id), counter.id
