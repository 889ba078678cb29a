"""Random histories over the production services: every amount of ``revenue`` is accounted for.

To see it fail: charge without an invoice in ``ChangeSet.pay``, refund another amount than the note
has in ``CreditNoteService.issue``, or list other counters than were charged in
``UsageInvoiceService``.
"""

from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING

import pytest

from mara.billing.adapters.invoices import PostgresInvoices
from mara.billing.model.changes import ChangeTime
from mara.billing.model.meters import Meter
from mara.billing.model.periods import Interval, IntervalUnit
from mara.billing.service.subscriptions import PlanChange
from mara.kernel.errors import DomainError
from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wiring.credits import credit_note_service, credit_service
from tests.support.billing import USDT, allowances, plan_version
from tests.support.paying_user import PayingUser
from tests.support.revenue import check_revenue
from tests.support.subscriptions import add_plan, pay_in

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("database")

ROOT = Principal(new_id(), Role.SUPERUSER)
PRICES = {Meter.ANSWERS: 10_007}
PLANS = [
    plan_version(
        "walk-month", price=10 * USDT, allowances=allowances(answers=3), overage_prices=PRICES
    ),
    plan_version(
        "walk-large",
        price=50 * USDT + 1,
        discount_percent=15,
        allowances=allowances(answers=20),
        overage_prices=PRICES,
    ),
    plan_version(
        "walk-day",
        price=USDT // 3,
        interval=Interval(IntervalUnit.DAY),
        allowances=allowances(answers=1),
        overage_prices=PRICES,
        trial_days=3,
    ),
]


class History:
    """A user who does anything in any order; what is refused changes nothing.

    Users share the time: what one waits, the others do.
    """

    def __init__(self, seed: int, other: PayingUser | None = None) -> None:
        self.random = Random(seed)
        self.user = PayingUser(other.billing, other.world) if other else PayingUser()
        self.done: set[str] = set()

    def step(self) -> None:
        acts: dict[str, Callable[[], object]] = {
            "wait": lambda: self.user.wait(hours=self.random.choice([1, 23, 24 * 9, 24 * 31])),
            "pay in": lambda: pay_in(self.user.id, self.random.randrange(1, 40 * USDT)),
            "subscribe": lambda: self.user.subscribe(self.random.choice(PLANS)),
            "change": self.change,
            "cancel": self.cancel,
            "allow overage": self.allow_overage,
            "ask": lambda: self.user.answer(self.random.randrange(8)),
            "ask and stop": self.ask_and_stop,
            "close usage": self.user.world.close_usage_periods,
            "credit": self.credit,
            "take back": self.take_back,
            "credit note": self.credit_note,
        }
        name = self.random.choice([*acts, "wait", "pay in", "ask", "subscribe"])
        with suppress(DomainError):
            acts[name]()
            self.done.add(name)

    def change(self) -> None:
        wanted = PlanChange(self.random.choice(PLANS).code, self.random.choice([*ChangeTime]))
        self.user.service.change(self.user.principal, wanted)

    def cancel(self) -> None:
        immediately = self.random.random() < 0.5
        self.user.service.cancel(self.user.principal, immediately=immediately)

    def allow_overage(self) -> None:
        with transaction(SYSTEM):
            query = "UPDATE subscriptions SET overage_limit = %s WHERE owner_id = %s"
            connection().execute(query, (USDT, self.user.id))

    def ask_and_stop(self) -> None:
        key = f"stopped {self.random.random()}"
        self.user.world.reserve(self.user.id, key, answers=self.random.randrange(1, 9))
        self.user.world.metering.release(self.user.id, key)

    def credit(self) -> None:
        amount = self.random.randrange(1, 20 * USDT)
        credit_service().give(ROOT, self.user.id, amount, "promotion")

    def take_back(self) -> None:
        with transaction(SYSTEM):
            query = "SELECT id FROM credits WHERE reverses IS NULL ORDER BY id"
            ids = [id_ for (id_,) in connection().execute(query)]
        credit_service().take_back(ROOT, self.user.id, self.random.choice(ids or [new_id()]), "no")

    def credit_note(self) -> None:
        with transaction(SYSTEM):
            found = PostgresInvoices().list(self.user.id, PageRequest(limit=100))
        invoice = self.random.choice([one for one in found if one.total] or [None])
        if invoice is not None:
            amount = self.random.randrange(1, invoice.total + 2)
            credit_note_service().issue(ROOT, invoice.id, amount, "outage")


@pytest.mark.parametrize(
    ("seeds", "steps"),
    [(range(3), 120), pytest.param(range(10), 400, marks=pytest.mark.proof)],
)
def test_revenue_is_what_was_invoiced_and_settled_less_credit_notes(
    seeds: range, steps: int
) -> None:
    for version in PLANS:
        add_plan(version)
    histories = [History(0)]
    histories += [History(seed, histories[0].user) for seed in seeds if seed]
    for number in range(steps):
        for history in histories:
            history.step()
        if number % 10 == 0:
            check_revenue()
    assert check_revenue() > 0
    assert set.union(*(history.done for history in histories)) >= {
        *("change", "cancel", "ask", "close usage", "credit", "take back", "credit note")
    }
    with transaction(SYSTEM):
        purposes = {row[0] for row in connection().execute("SELECT purpose FROM invoices")}
    assert purposes == {"first", "renewal", "change", "usage"}
