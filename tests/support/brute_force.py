"""Revenue figures by the definitions, event by event and day by day: slow, and without SQL."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

from mara.billing.model.account import EventRecord
from mara.billing.model.invoice import Invoice, Purpose
from mara.billing.model.plan import PlanVersion
from mara.billing.model.subscription import State
from tests.support.histories import History

PER_MONTH = {
    "day": Fraction("30.4375"),
    "week": Fraction("365.25") / 84,
    "month": Fraction(1),
    "year": Fraction(1, 12),
}


@dataclass(frozen=True)
class Move:
    """The MRR of a user before and after an event."""

    at: datetime
    before: int
    after: int
    is_first: bool


@dataclass(frozen=True)
class Derived:
    """Figures of the histories; ``plan`` restricts them to one plan."""

    histories: Sequence[History]
    plan: str | None = None

    def bucket(self, start: datetime, end: datetime) -> dict[str, Any]:
        """The figures of the bucket [start, end), under the names of the domain model."""
        moves = [list(self.moves(history)) for history in self.histories]
        inside = [[one for one in some if start <= one.at < end] for some in moves]
        opening, closing = _last(moves, start), _last(moves, end)
        flat = [one for some in inside for one in some]
        churned = sum(any(one.after == 0 for one in some) for some in inside)
        mrr, users = sum(closing), sum(value > 0 for value in closing)
        opening_users = sum(value > 0 for value in opening)
        lost = sum(one.before - one.after for one in flat if one.after < one.before)
        trials = [paid for at, paid in self.trials() if start <= at < end]
        return {
            "mrr": mrr,
            "arr": 12 * mrr,
            "users": users,
            "new": sum(one.after for one in flat if one.is_first),
            "reactivation": sum(one.after for one in flat if one.before == 0 and not one.is_first),
            "expansion": sum(one.after - one.before for one in flat if one.after > one.before > 0),
            "contraction": sum(
                one.after - one.before for one in flat if one.before > one.after > 0
            ),
            "churn": sum(-one.before for one in flat if one.after == 0),
            "change": mrr - sum(opening),
            "logo_churn": _share(churned, opening_users),
            "revenue_churn": _share(lost, sum(opening)),
            "arpu": _half_up(Fraction(mrr, users)) if users else None,
            "ltv": _half_up(Fraction(mrr, users) / Fraction(churned, opening_users))
            if users and churned and opening_users
            else None,
            "conversion": _share(sum(trials), len(trials)),
            "charged": self.money("charge", start, end),
            "credit_notes": self.money("refund", start, end),
            "recognised": sum(self.recognised(start, end)),
        }

    def moves(self, history: History) -> Iterator[Move]:
        """The user's MRR, from the events in the order of their time."""
        parts: dict[Any, int] = {}
        had_any = False
        for at, subscription, part in sorted(self._parts(history), key=lambda one: one[0]):
            before = sum(parts.values())
            parts[subscription] = part
            after = sum(parts.values())
            if after != before:
                yield Move(at, before, after, is_first=not had_any)
                had_any = True

    def trials(self) -> Iterator[tuple[datetime, bool]]:
        """When each trial ended, and whether its subscription ever paid."""
        for history in self.histories:
            events = history.walk.world.events
            for before, record in pairwise(events):
                is_end = before.after.state is State.TRIALING is not record.after.state
                if not is_end or not self._counts(before.after.version):
                    continue
                own = [one for one in events if one.after.id == record.after.id]
                yield record.after.changed_at, any(_charged(one) for one in own)

    def money(self, kind: str, start: datetime, end: datetime) -> int:
        """Of invoices of the plan."""
        versions = {
            version.id
            for history in self.histories
            for record in history.walk.world.events
            for version in (record.after.version,)
            if self._counts(version)
        }
        return sum(
            moved.amount
            for history in self.histories
            for moved in history.money
            if moved.kind == kind and start <= moved.at < end and moved.invoice
            if self.plan is None or moved.invoice.version_id in versions
        )

    def recognised(self, start: datetime, end: datetime) -> Iterator[int]:
        """Each invoice's part of each day."""
        for history in self.histories:
            versions = {
                record.after.version.id: record.after.version
                for record in history.walk.world.events
            }
            for invoice in history.walk.world.paid:
                version = versions.get(invoice.version_id)
                if invoice.total and version is not None and self._counts(version):
                    yield from _days_of(invoice, start, end)

    def cohorts(
        self, first: datetime, end: datetime
    ) -> Iterator[tuple[tuple[date, date], tuple[int, int]]]:
        """By cohort and month: the users of the cohort, and those with MRR at the month's end."""
        members: dict[datetime, list[History]] = {}
        for history in self.histories:
            paid = [one for one in history.walk.world.paid if one.total and one.period]
            if paid:
                begins = min(one.period.start for one in paid if one.period)
                members.setdefault(_month(begins), []).append(history)
        for cohort, users in members.items():
            month = cohort
            while first <= cohort and _month(month + MONTH_AND_A_BIT) <= end:
                until = _month(month + MONTH_AND_A_BIT)
                moves = [list(self.moves(history)) for history in users]
                staying = sum(mrr > 0 for mrr in _last(moves, until))
                yield (cohort.date(), month.date()), (len(users), staying)
                month = until

    def _parts(self, history: History) -> Iterator[tuple[datetime, Any, int]]:
        paid = set()
        for record in history.walk.world.events:
            after = record.after
            if _charged(record):
                paid.add(after.id)
            counts = after.state is State.ACTIVE or (
                after.state is State.PAST_DUE and after.id in paid
            )
            is_of_plan = counts and self._counts(after.version)
            yield after.changed_at, after.id, _monthly(after.version) if is_of_plan else 0

    def _counts(self, version: PlanVersion) -> bool:
        return self.plan is None or version.code == self.plan


MONTH_AND_A_BIT = timedelta(days=32)


def _month(at: datetime) -> datetime:
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _charged(record: EventRecord) -> int:
    return getattr(record.event, "charged", 0)


def _monthly(version: PlanVersion) -> int:
    terms = version.terms
    price = _half_up(Fraction(terms.price * (100 - terms.discount_percent), 100))
    return _half_up(price * PER_MONTH[terms.interval.unit] / terms.interval.count)


def _days_of(invoice: Invoice, start: datetime, end: datetime) -> Iterator[int]:
    period = invoice.period
    assert period is not None
    assert invoice.paid_at is not None
    begins = max(period.start, invoice.paid_at) if invoice.purpose is Purpose.CHANGE else None
    first = begins or period.start

    def until(at: datetime) -> int:
        elapsed = (min(max(at, first), period.end) - first) / timedelta(microseconds=1)
        length = (period.end - first) / timedelta(microseconds=1)
        return floor(invoice.total * Fraction(int(elapsed), int(length)))

    day = max(start, first.replace(hour=0, minute=0, second=0, microsecond=0))
    while day < min(end, period.end):
        yield until(day + timedelta(days=1)) - until(day)
        day += timedelta(days=1)


def _last(moves: Sequence[Sequence[Move]], until: datetime) -> list[int]:
    return [next((one.after for one in reversed(some) if one.at < until), 0) for some in moves]


def _share(part: int, whole: int) -> float | None:
    return float(round(Fraction(part, whole), 6)) if whole else None


def _half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))
