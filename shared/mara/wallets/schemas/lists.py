"""Query parameters of the lists of deposits."""

from typing import Annotated, Literal

from fastapi import Query

from mara.wallets.model import DepositState

DepositSort = Annotated[
    Literal["-created_at", "created_at", "-amount", "amount"],
    Query(
        description="The field of the order, `created_at` being when a deposit was seen first; "
        "`-` before it: the greatest first."
    ),
]
WantedDepositState = Annotated[
    DepositState | None,
    Query(description="Only deposits in this state.", examples=["credited"]),
]
