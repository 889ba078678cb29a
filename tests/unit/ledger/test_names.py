"""Names that rows, statements and other services hold; and what no transfer may be."""

import pytest

from mara.kernel.ids import new_id
from mara.ledger.errors import InvalidTransferAmount
from mara.ledger.model import (
    KEY_MAX,
    LEGS_MAX,
    Cause,
    PlatformAccount,
    TransferKind,
    TransferRequest,
    UserAccount,
)


def test_accounts_and_kinds_have_the_names_of_the_database() -> None:
    assert [str(account) for account in UserAccount] == ["available", "reserved", "suspense"]
    assert [str(account) for account in PlatformAccount] == [
        *("revenue", "fees", "write_off", "credits"),
        *("custody:arbitrum", "custody:tron", "custody:aptos"),
    ]
    assert [str(kind) for kind in TransferKind] == [
        *("deposit", "withdrawal", "hold", "settle", "release", "expire"),
        *("charge", "refund", "fee", "suspend", "restore", "write_off"),
        *("credit", "credit_reversal"),
    ]
    assert (KEY_MAX, LEGS_MAX) == (200, 16)


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_moves_by_an_amount_that_is_not_positive(amount: int) -> None:
    accounts = (PlatformAccount.FEES, PlatformAccount.REVENUE)
    with pytest.raises(InvalidTransferAmount, match="positive"):
        TransferRequest.between(
            amount, TransferKind.FEE, accounts, owner_id=None, cause=Cause("a fee", str(new_id()))
        )
