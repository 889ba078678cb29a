"""Any sequence of requests leaves a balanced ledger without negative balances."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.errors import (
    HoldEnded,
    HoldExceeded,
    HoldNotFound,
    InsufficientFunds,
    KeyReused,
)
from mara.ledger.model import Cause, UserAccount
from mara.ledger.service import HoldExpiryService, LedgerService
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.ledger import FakeLedger

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 26, tzinfo=UTC)
OWNERS = [UUID(int=1), UUID(int=2)]
STEPS = st.tuples(
    st.sampled_from(
        [
            *("deposit", "suspended deposit", "charge", "refund", "suspend", "restore"),
            *("hold", "settle", "release", "expire", "credit", "reverse_credit"),
        ]
    ),
    st.sampled_from(OWNERS),
    st.integers(1, 20),
    st.integers(0, 12),
)
REFUSALS = (InsufficientFunds, HoldEnded, HoldExceeded, HoldNotFound, KeyReused)


class Ledger:
    def __init__(self) -> None:
        self.database = FakeDatabase()
        self.service = LedgerService(FakeLedger(self.database), lambda: NOW)

    def run(self, step: tuple[str, UUID, int, int], reference: str = "r") -> None:
        kind, owner_id, amount, number = step
        cause, service = Cause(f"{kind} {number}", reference), self.service
        if kind == "expire":
            expiry = HoldExpiryService(service, self.database.unit_of_work)
            expiry.release_expired(NOW + timedelta(minutes=number))
            return
        expires_at = NOW + timedelta(minutes=number)
        acts: dict[str, Callable[[], object]] = {
            "deposit": partial(service.credit_deposit, owner_id, "tron", amount, cause),
            "suspended deposit": partial(
                service.credit_deposit, owner_id, "tron", amount, cause, into=UserAccount.SUSPENSE
            ),
            "charge": partial(service.charge, owner_id, amount, cause),
            "refund": partial(service.refund, owner_id, amount, cause),
            "credit": partial(service.credit, owner_id, amount, cause),
            "reverse_credit": partial(service.reverse_credit, owner_id, amount, cause),
            "suspend": partial(service.suspend, owner_id, amount, cause),
            "restore": partial(service.restore, owner_id, amount, cause),
            "hold": partial(service.hold, owner_id, amount, cause, expires_at=expires_at),
            "settle": partial(service.settle, f"hold {number}", amount),
            "release": partial(service.release, f"hold {number}"),
        }
        with suppress(*REFUSALS), self.database.unit_of_work(SYSTEM):
            acts[kind]()


@settings(max_examples=150)
@given(st.lists(STEPS, max_size=40))
def test_the_sum_is_zero_and_no_balance_is_negative(
    steps: list[tuple[str, UUID, int, int]],
) -> None:
    ledger = Ledger()
    for step in steps:
        ledger.run(step)
        tables = ledger.database.committed
        assert sum(posting.amount for posting in tables.postings) == 0
        assert min(tables.balances.values(), default=0) >= 0
    with ledger.database.unit_of_work(SYSTEM):
        audit = ledger.service.repository.audit()
    assert audit.differences == ()
    users = sum(ledger.database.committed.balances.values())
    assert users + sum(audit.platform.values()) == 0


@settings(max_examples=80)
@given(st.lists(STEPS, max_size=25))
def test_repeating_every_request_changes_nothing(
    steps: list[tuple[str, UUID, int, int]],
) -> None:
    once, twice = Ledger(), Ledger()
    for step in steps:
        once.run(step)
        twice.run(step)
        twice.run(step)
        balances = [
            {key: amount for key, amount in ledger.database.committed.balances.items() if amount}
            for ledger in (once, twice)
        ]
        assert balances[0] == balances[1]


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_hold_spends_exactly_what_is_settled(held: int, spent: int, left: int) -> None:
    ledger = Ledger()
    ledger.run(("deposit", OWNERS[0], held + left, 0))
    ledger.run(("hold", OWNERS[0], held, 1))
    ledger.run(("settle", OWNERS[0], spent, 1))
    balances = ledger.database.committed.balances
    available = balances[OWNERS[0], UserAccount.AVAILABLE]
    reserved = balances[OWNERS[0], UserAccount.RESERVED]
    if spent <= held:
        assert (available, reserved) == (held + left - spent, 0)
    else:
        assert (available, reserved) == (left, held)
