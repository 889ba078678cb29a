"""Sums of platform postings, as the figures that they are."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mara.analytics.model.revenue import MoneyMoved
from mara.ledger.model import PlatformAccount, TransferKind

CUSTODY: Final = "custody:"
NETWORKS: Final = [
    account.removeprefix(CUSTODY) for account in PlatformAccount if account.startswith(CUSTODY)
]


def money_of(rows: Iterable[Mapping[str, Any]], *, of_all_plans: bool) -> MoneyMoved:
    """The figures of one bucket; ``rows`` have ``account``, ``kind`` and signed ``amount``."""
    sums = {(row["account"], row["kind"]): row["amount"] for row in rows}

    def revenue(kind: TransferKind) -> int:
        return int(sums.get((PlatformAccount.REVENUE, kind), 0))

    def given(kind: TransferKind) -> int:
        return -int(sums.get((PlatformAccount.CREDITS, kind), 0))

    cash_in = {
        network: -int(sums.get((CUSTODY + network, TransferKind.DEPOSIT), 0))
        for network in NETWORKS
    }
    by_hand = given(TransferKind.CREDIT) + given(TransferKind.CREDIT_REVERSAL)
    return MoneyMoved(
        cash_in=cash_in if of_all_plans else None,
        charged=revenue(TransferKind.CHARGE),
        overage=revenue(TransferKind.SETTLE),
        credit_notes=-revenue(TransferKind.REFUND),
        credits=by_hand if of_all_plans else None,
    )
