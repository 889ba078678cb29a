"""Random histories of one user: only legal transitions, and every amount is accounted for.

To see it fail: let ``ChangeSet.pay`` charge without an invoice, let ``_may_end`` ignore a pause,
give ``charge_key`` the time of the charge, or add a transition to the table.
"""

from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING

import pytest

from mara.billing.errors import NotInThisState, OnlyAtPeriodEnd, SamePlan, SubscriptionCancelling
from mara.billing.model.changes import ChangeTime
from mara.billing.model.creditable import CreditableInvoice
from mara.billing.model.invoice import InvoiceStatus
from mara.billing.model.periods import Interval, IntervalUnit
from mara.billing.model.proration import UsedAllowance
from mara.billing.model.subscription import State
from mara.ledger.errors import InsufficientFunds
from tests.support.billing import USDT, plan_version
from tests.support.billing_world import BillingWorld

if TYPE_CHECKING:
    from collections.abc import Callable

PLANS = [
    plan_version("team", price=10 * USDT, trial_days=7, grace_days=7),
    plan_version("business", price=50 * USDT, discount_percent=15),
    plan_version("yearly", price=100 * USDT + 1, interval=Interval(IntervalUnit.YEAR)),
    plan_version("daily", price=USDT // 3, interval=Interval(IntervalUnit.DAY), grace_days=3),
    plan_version("strict", price=7 * USDT, grace_days=0),
    plan_version("gratis", price=0),
]
EDGES = {
    (None, State.TRIALING),
    (None, State.ACTIVE),
    (None, State.INCOMPLETE),
    (State.INCOMPLETE, State.INCOMPLETE),
    (State.INCOMPLETE, State.ACTIVE),
    (State.INCOMPLETE, State.ENDED),
    (State.TRIALING, State.TRIALING),
    (State.TRIALING, State.ACTIVE),
    (State.TRIALING, State.PAST_DUE),
    (State.TRIALING, State.ENDED),
    (State.ACTIVE, State.ACTIVE),
    (State.ACTIVE, State.PAST_DUE),
    (State.ACTIVE, State.ENDED),
    (State.PAST_DUE, State.PAST_DUE),
    (State.PAST_DUE, State.ACTIVE),
    (State.PAST_DUE, State.ENDED),
}
STEPS_MAX = 300
REFUSALS = (
    InsufficientFunds,
    NotInThisState,
    OnlyAtPeriodEnd,
    SamePlan,
    SubscriptionCancelling,
)


class Walk:
    """``paid_in`` is all money that ever reached the balance: deposits, and credits by hand."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.world = BillingWorld()
        self.paid_in = 0

    def step(self) -> None:
        world, random = self.world, self.random
        if world.subscription is None or world.is_in(State.ENDED):
            world.unpaid = None
            world.subscribe(random.choice(PLANS))
            return
        action = random.choice(
            ["wait", "wait", "wait", "pay in", "fly", "land", "drop", "hold", "change", "next",
             "cancel", "cancel now", "resume", "back", "tick", "move",
             "credit", "note"]
        )  # fmt: skip
        with suppress(*REFUSALS):
            self.act(action)

    def act(self, action: str) -> None:
        world, random = self.world, self.random
        acts: dict[str, Callable[[], object]] = {
            "wait": lambda: world.wait(hours=random.choice([1, 23, 24, 24 * 8, 24 * 31, 24 * 100])),
            "back": lambda: world.wait(hours=-1),
            "tick": world.tick,
            "pay in": lambda: self.pay_in(random.randrange(60 * USDT)),
            "fly": self.fly,
            "land": self.land,
            "drop": self.drop,
            "hold": self.hold,
            "change": lambda: self.change(ChangeTime.NOW),
            "next": lambda: self.change(ChangeTime.PERIOD_END),
            "cancel": world.cancel,
            "cancel now": lambda: world.cancel(immediately=True),
            "resume": world.resume,
            "move": lambda: world.move(random.choice(PLANS)),
            "credit": lambda: self.pay_in(random.randrange(5 * USDT)),
            "note": self.note,
        }
        acts[action]()

    def fly(self) -> None:
        """A deposit is detected."""
        self.world.unconfirmed += self.random.randrange(60 * USDT)
        self.world.tick()

    def land(self) -> None:
        """All deposits in flight are credited."""
        self.pay_in(self.world.unconfirmed + self.world.final)
        self.world.unconfirmed = self.world.final = 0

    def drop(self) -> None:
        """Deposits become final, or are removed by a reorganization."""
        self.world.final = self.world.unconfirmed * self.random.randrange(2)
        self.world.unconfirmed = 0
        self.world.tick()

    def hold(self) -> None:
        """Answers in work reserve a part of the balance."""
        moved = self.random.randrange(self.world.available + self.world.reserved + 1)
        self.world.available += self.world.reserved - moved
        self.world.reserved = moved

    def note(self) -> None:
        """A credit note by hand gives a part of a paid invoice back."""
        world = self.world
        if not world.paid_ids:
            return
        one = world.invoices[self.random.choice(world.paid_ids)]
        left = one.total - world.credited.get(one.id, 0)
        if left:
            CreditableInvoice(one.id, one.owner_id, one.status, one.total, one.total - left).check(
                amount := self.random.randint(1, left)
            )
            world.credited[one.id] = one.total - left + amount
            world.available += amount
            world.tick()

    def change(self, when: ChangeTime) -> None:
        self.world.use = (UsedAllowance(100, self.random.randrange(101)),)
        self.world.change(self.random.choice(PLANS), when)

    def pay_in(self, amount: int) -> None:
        self.paid_in += amount
        self.world.available += amount
        self.world.tick()


def check(walk: Walk) -> None:
    world = walk.world
    charged, credited = sum(world.charges.values()), sum(world.credited.values())
    assert world.available + world.reserved == walk.paid_in - charged + credited
    assert world.available >= 0
    revenue = sum(invoice.total for invoice in world.paid) - credited
    assert revenue == charged - credited >= 0
    assert sum(invoice.total for invoice in world.paid) == charged
    assert all(credit <= world.invoices[id_].total for id_, credit in world.credited.items())
    unpaid = [
        invoice
        for invoice in world.invoices.values()
        if invoice.status in (InvoiceStatus.DRAFT, InvoiceStatus.OPEN)
    ]
    expected = [world.unpaid.invoice] if world.unpaid else []
    assert unpaid == expected
    assert bool(unpaid) == (
        world.subscription is not None
        and (world.is_in(State.INCOMPLETE) or world.is_in(State.PAST_DUE))
    )


def check_history(walk: Walk) -> None:
    events = walk.world.events
    for before, record in zip([None, *events[:-1]], events, strict=True):
        continues = before is not None and before.after.id == record.after.id
        if continues and before is not None:
            assert (before.after.state, record.after.state) in EDGES
            assert record.after.events == before.after.events + 1
            assert record.after.changed_at >= before.after.changed_at
            assert record.monthly_revenue_before == before.after.monthly_revenue
        else:
            assert (None, record.after.state) in EDGES
            assert record.after.events == 1
            assert record.monthly_revenue_before == 0


@pytest.mark.parametrize(
    ("seed", "steps", "check_every"),
    [
        *((seed, STEPS_MAX, 1) for seed in range(60)),
        *(pytest.param(seed, 100_000, 5_000, marks=pytest.mark.proof) for seed in range(100, 110)),
    ],
)
def test_every_history_is_legal_and_every_amount_is_accounted_for(
    seed: int, steps: int, check_every: int
) -> None:
    walk = Walk(seed)
    for step in range(steps):
        walk.step()
        if step % check_every == 0:
            check(walk)
    check(walk)
    check_history(walk)
    assert len(walk.world.events) > 30


def test_histories_reach_every_edge_of_the_table() -> None:
    seen: set[tuple[State | None, State]] = set()
    for seed in range(60):
        walk = Walk(seed)
        for _ in range(STEPS_MAX):
            walk.step()
        events = walk.world.events
        for before, record in zip([None, *events[:-1]], events, strict=True):
            same = before is not None and before.after.id == record.after.id
            seen.add((before.after.state if same and before else None, record.after.state))
    assert seen == EDGES
