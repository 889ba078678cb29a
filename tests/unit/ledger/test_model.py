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

    @pytest.mark.parametrize("amount", [0, -1, 2**63])
    def test_moves_forwards_only(self, amount: int) -> None:
        with pytest.raises(InvalidTransferAmount):
            TransferRequest.between(
                amount, TransferKind.DEPOSIT, DEPOSIT, owner_id=OWNER, cause=CAUSE
            )

    def test_touches_no_account_of_nobody(self) -> None:
        with pytest.raises(Unbalanced):
            TransferRequest.between(1, TransferKind.DEPOSIT, DEPOSIT, owner_id=None, cause=CAUSE)


class TestCause:
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

    def test_spends_no_less_than_nothing(self) -> None:
        with pytest.raises(InvalidTransferAmount):
            hold(5).ending(TransferKind.SETTLE, -1)

    def test_has_one_key_however_it_ends(self) -> None:
        ends = [hold(5).ending(TransferKind.SETTLE, 5), hold(5).ending(TransferKind.RELEASE, 0)]
        assert len({order.cause.key for order in ends}) == 1
