"""Transfers that may be asked for, and how holds end."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.kernel.money import AMOUNT_MAX
from mara.ledger.errors import HoldExceeded, InvalidCause, InvalidTransferAmount, Unbalanced
from mara.ledger.model import (
    Account,
    Balance,
    Cause,
    Hold,
    PlatformAccount,
    TransferKind,
    TransferRequest,
    UserAccount,
    custody_account,
)

OWNER = UUID(int=7)
CAUSE = Cause("key", "reference")
DEPOSIT = (PlatformAccount.CUSTODY_TRON, UserAccount.AVAILABLE)
ACCOUNTS: list[Account] = [*UserAccount, *PlatformAccount]
AMOUNTS = st.integers(-AMOUNT_MAX, AMOUNT_MAX).filter(bool)


def hold(amount: int) -> Hold:
    return Hold(UUID(int=9), "held", "reference", OWNER, amount, datetime(2026, 1, 1, tzinfo=UTC))


class TestOrder:
    @given(st.lists(st.tuples(st.sampled_from(ACCOUNTS), AMOUNTS), max_size=20))
    def test_is_balanced_or_refused(self, legs: list[tuple[Account, int]]) -> None:
        try:
            order = TransferRequest(CAUSE, TransferKind.CHARGE, OWNER, tuple(legs))
        except Unbalanced:
            assert sum(amount for _, amount in legs) != 0 or not 2 <= len(legs) <= 16
        else:
            assert sum(amount for _, amount in order.legs) == 0

    @pytest.mark.parametrize("amount", [0, 2**63, -(2**63), 2**64])
    def test_moves_no_nothing_and_no_more_than_63_bits(self, amount: int) -> None:
        with pytest.raises(InvalidTransferAmount):
            TransferRequest(
                CAUSE, TransferKind.DEPOSIT, OWNER, ((DEPOSIT[0], -amount), (DEPOSIT[1], amount))
            )

    @pytest.mark.parametrize("amount", [1, -1, AMOUNT_MAX, -AMOUNT_MAX])
    def test_may_have_every_amount_of_63_bits(self, amount: int) -> None:
        legs = ((DEPOSIT[0], -amount), (DEPOSIT[1], amount))
        assert TransferRequest(CAUSE, TransferKind.DEPOSIT, OWNER, legs).legs == legs

    @pytest.mark.parametrize(
        ("legs", "is_allowed"), [(0, False), (2, True), (16, True), (17, False)]
    )
    def test_has_two_to_sixteen_legs(self, legs: int, is_allowed: bool) -> None:
        fees = ((PlatformAccount.FEES, 1),) * (legs - 1)
        balanced = (*fees, (PlatformAccount.REVENUE, 1 - legs)) if legs else ()
        if is_allowed:
            assert TransferRequest(CAUSE, TransferKind.FEE, None, balanced).legs == balanced
            return
        with pytest.raises(Unbalanced, match="2 to 16 legs"):
            TransferRequest(CAUSE, TransferKind.FEE, None, balanced)

    @pytest.mark.parametrize("amounts", [(1, 1), (2, -1), (-5, 3, 3)])
    def test_adds_up_to_zero(self, amounts: tuple[int, ...]) -> None:
        legs = tuple((PlatformAccount.FEES, amount) for amount in amounts)
        with pytest.raises(Unbalanced, match="sum is zero"):
            TransferRequest(CAUSE, TransferKind.FEE, None, legs)

    @pytest.mark.parametrize("amount", [0, -1, 2**63])
    def test_moves_forwards_only(self, amount: int) -> None:
        with pytest.raises(InvalidTransferAmount):
            TransferRequest.between(
                amount, TransferKind.DEPOSIT, DEPOSIT, owner_id=OWNER, cause=CAUSE
            )

    def test_touches_no_account_of_nobody(self) -> None:
        with pytest.raises(Unbalanced):
            TransferRequest.between(1, TransferKind.DEPOSIT, DEPOSIT, owner_id=None, cause=CAUSE)


def test_a_balance_begins_with_nothing() -> None:
    assert Balance() == Balance(available=0, reserved=0, suspense=0, pending=0)


class TestCause:
    @pytest.mark.parametrize("text", ["x", "x" * 200, "депозит"])
    def test_may_have_up_to_200_characters(self, text: str) -> None:
        assert Cause(text, text) == Cause(key=text, reference=text)

    @pytest.mark.parametrize("text", ["", "x" * 201, "a\x00b"])
    def test_has_a_key_and_a_reference_that_can_be_kept(self, text: str) -> None:
        for parts in ((text, "reference"), ("key", text)):
            with pytest.raises(InvalidCause):
                Cause(*parts)


class TestCustody:
    def test_is_kept_apart_by_network(self) -> None:
        networks = ("arbitrum", "tron", "aptos")
        assert len({custody_account(network) for network in networks}) == 3
        with pytest.raises(ValueError, match="custody:ethereum"):
            custody_account("ethereum")


class TestEndingAHold:
    @given(st.integers(1, AMOUNT_MAX), st.data())
    def test_spends_a_part_and_gives_the_rest_back(self, amount: int, data: st.DataObject) -> None:
        spent = data.draw(st.integers(0, amount))
        legs = dict(hold(amount).ending(TransferKind.SETTLE, spent).legs)
        assert legs.pop(UserAccount.RESERVED) == -amount
        assert legs.pop(PlatformAccount.REVENUE, 0) == spent
        assert legs.pop(UserAccount.AVAILABLE, 0) == amount - spent
        assert not legs

    @given(st.integers(1, 2**62), st.integers(1, 2**62))
    def test_spends_no_more_than_what_is_held(self, amount: int, more: int) -> None:
        with pytest.raises(HoldExceeded):
            hold(amount).ending(TransferKind.SETTLE, amount + more)

    @pytest.mark.parametrize("spent", [0, 5])
    def test_may_spend_nothing_or_everything(self, spent: int) -> None:
        assert len(hold(5).ending(TransferKind.SETTLE, spent).legs) == 2

    def test_names_the_hold_and_its_reference(self) -> None:
        ending = hold(5).ending(TransferKind.SETTLE, 2)
        assert ending.cause == Cause(f"end:{UUID(int=9)}", "reference")
        assert (ending.owner_id, ending.kind, ending.ends_hold_id) == (
            OWNER,
            "settle",
            UUID(int=9),
        )

    def test_spends_no_less_than_nothing(self) -> None:
        with pytest.raises(InvalidTransferAmount):
            hold(5).ending(TransferKind.SETTLE, -1)

    def test_has_one_key_however_it_ends(self) -> None:
        ends = [hold(5).ending(TransferKind.SETTLE, 5), hold(5).ending(TransferKind.RELEASE, 0)]
        assert len({order.cause.key for order in ends}) == 1
