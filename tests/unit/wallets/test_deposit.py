"""A deposit: how long it takes until it is credited, and what it waits for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mara.kernel.money import HUGE_AMOUNT
from mara.wallets.model import (
    DEPOSIT_RULES,
    IN_FLIGHT,
    SETTLED,
    UNDOABLE,
    BlockRef,
    Deposit,
    DepositKey,
    DepositState,
    Network,
    WaitingFor,
)

SEEN_AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
RULES = replace(DEPOSIT_RULES[Network.TRON], eta_s=90, providers=2)
DEPOSIT = Deposit(
    id=UUID(int=1),
    owner_id=UUID(int=2),
    key=DepositKey(Network.TRON, "0xab", 3),
    recipient=bytes(20),
    amount_micro_usdt=5_000_000,
    block=BlockRef(7, "0x07"),
    log_index=0,
    state=DepositState.SEEN,
    reader="first",
    seen_at=SEEN_AT,
)
STATES = list(DepositState)


def after(seconds: float) -> datetime:
    return SEEN_AT + timedelta(seconds=seconds)


def test_states_have_the_names_of_the_api_and_their_groups() -> None:
    assert [str(state) for state in STATES] == [
        *("seen", "safe", "final", "credited", "suspense", "orphaned")
    ]
    assert {"seen", "safe"} == UNDOABLE
    assert {"seen", "safe", "final"} == IN_FLIGHT
    assert {"credited", "suspense"} == SETTLED


def test_a_key_names_network_transaction_and_position() -> None:
    """The ledger stores it: another form would credit known deposits again."""
    assert str(DEPOSIT.key) == "deposit:tron:0xab:3"


class TestRemaining:
    @pytest.mark.parametrize(
        ("passed_s", "remaining_s"), [(0, 90), (30, 60), (89.5, 0.5), (90, 60), (3600, 60)]
    )
    def test_is_the_usual_time_less_what_has_passed_or_one_scan(
        self, passed_s: float, remaining_s: float
    ) -> None:
        for state in (DepositState.SEEN, DepositState.SAFE):
            deposit = replace(DEPOSIT, state=state)
            remaining = deposit.remaining(RULES, after(passed_s))
            assert remaining == timedelta(seconds=remaining_s)

    @pytest.mark.parametrize("state", ["final", "credited", "suspense", "orphaned"])
    def test_is_unknown_unless_the_chain_may_undo_it(self, state: str) -> None:
        assert replace(DEPOSIT, state=DepositState(state)).remaining(RULES, after(30)) is None

    @pytest.mark.parametrize(("providers", "is_known"), [(0, False), (1, True), (None, True)])
    def test_is_unknown_on_a_network_that_is_off(
        self, providers: int | None, is_known: bool
    ) -> None:
        rules = replace(RULES, providers=providers)
        assert (DEPOSIT.remaining(rules, after(30)) is not None) == is_known


class TestWaitingFor:
    def test_has_the_names_of_the_api(self) -> None:
        assert [str(reason) for reason in WaitingFor] == [
            *("finality", "late", "second_provider", "review", "network")
        ]

    @pytest.mark.parametrize(
        ("passed_s", "reason"), [(0, "finality"), (89.5, "finality"), (90, "late"), (3600, "late")]
    )
    def test_is_finality_for_the_usual_time(self, passed_s: float, reason: str) -> None:
        for state in (DepositState.SEEN, DepositState.SAFE):
            assert replace(DEPOSIT, state=state).waiting_for(RULES, after(passed_s)) == reason

    @pytest.mark.parametrize(
        ("amount", "reason"),
        [(HUGE_AMOUNT - 1, "second_provider"), (HUGE_AMOUNT, "review")],
    )
    def test_of_a_final_one_depends_on_its_amount(self, amount: int, reason: str) -> None:
        deposit = replace(DEPOSIT, state=DepositState.FINAL, amount_micro_usdt=amount)
        assert deposit.waiting_for(RULES, after(3600)) == reason

    @pytest.mark.parametrize(
        ("state", "reason"),
        [
            *[("seen", "network"), ("safe", "network"), ("final", "network")],
            *[("credited", None), ("suspense", None), ("orphaned", None)],
        ],
    )
    def test_is_the_network_while_it_is_off(self, state: str, reason: str | None) -> None:
        deposit = replace(DEPOSIT, state=DepositState(state))
        assert deposit.waiting_for(replace(RULES, providers=0), after(0)) == reason
        assert (deposit.waiting_for(RULES, after(0)) is None) == (reason is None)


class TestDepositKey:
    @pytest.mark.parametrize("network", Network)
    def test_is_read_as_it_was_written(self, network: Network) -> None:
        key = DepositKey(network, "ab" * 32, 7)
        assert DepositKey.parse(str(key)) == key

    @pytest.mark.parametrize(
        "text", ["", "deposit", "credit:tron:ab:0", "deposit:solana:ab:0", "deposit:tron:ab:x"]
    )
    def test_is_of_no_other_text(self, text: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            DepositKey.parse(text)
