"""Request and response bodies of deposits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mara.kernel.money import UsdtOut, format_usdt
from mara.wallets.model import (
    TRANSACTION,
    Deposit,
    DepositRules,
    DepositState,
    Network,
    WaitingFor,
    Wallet,
)

EXAMPLE_ADDRESS = "TQ5Z7rYcXkP4gM1uVnB8sLwD3hJ6tKfEaR"
EXAMPLE_TRANSACTION = "0x" + "5f" * 32

WAITING: Mapping[WaitingFor, str] = {
    WaitingFor.FINALITY: "It is credited {finality}.",
    WaitingFor.LATE: "It takes longer than usual; it is credited {finality}.",
    WaitingFor.SECOND_PROVIDER: "A second provider of the network must confirm it.",
    WaitingFor.REVIEW: "Its amount is implausible: the operator must check it.",
    WaitingFor.NETWORK: "The network is switched off here: the operator must switch it on.",
}


class ClaimIn(BaseModel):
    """A claimed transaction: its hash, with or without 0x."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"transaction": EXAMPLE_TRANSACTION}]}
    )

    transaction: Annotated[str, Field(pattern=f"^{TRANSACTION.pattern}$")] = Field(
        description="Hash of the transaction as 64 hexadecimal digits, with or without 0x.",
        examples=[EXAMPLE_TRANSACTION],
    )


class WaitingOut(BaseModel):
    """Why a deposit is not credited yet: a stable ``code``, and a ``detail`` for people."""

    code: WaitingFor = Field(
        description="`finality`: the chain may still undo it; `late`: that takes longer than "
        "usual; `second_provider`: another provider must confirm it; `review`: its amount is "
        "implausible; `network`: the network is off.",
        examples=["finality"],
    )
    detail: str = Field(
        description="The reason in words.",
        examples=["It is credited when the block is solidified."],
    )


class DepositOut(BaseModel):
    """A deposit; ``confirmations`` counts its own block too, ``eta_s`` is the expected time left.

    Both are null if they are unknown or no longer apply; ``eta_s`` is never 0. ``waiting_for`` is
    null once the deposit is credited, in suspense, or orphaned.
    """

    id: UUID = Field(description="Id of the deposit.")
    network: Network = Field(description="Network of the deposit.")
    address: str = Field(
        description="Address of the wallet that received it.",
        examples=[EXAMPLE_ADDRESS],
    )
    amount: UsdtOut = Field(
        description="Amount in USDT, with six decimal places.", examples=["12.500000"]
    )
    state: DepositState = Field(
        description="`seen`, `safe`, `final`, then `credited`; `suspense` if it needs a "
        "decision, `orphaned` if the chain dropped it.",
        examples=["credited"],
    )
    transaction: str = Field(
        description="Hash of the transaction.",
        examples=[EXAMPLE_TRANSACTION],
    )
    log_index: int = Field(
        description="Position of the transfer among the events of its block or transaction.",
        examples=[3],
    )
    block_number: int = Field(description="Number of the block.", examples=[65012345])
    confirmations: Annotated[int, Field(ge=0)] | None = Field(
        description="Blocks on top of the transfer, its own included; null if unknown or orphaned.",
        examples=[21],
    )
    eta_s: Annotated[int, Field(ge=1)] | None = Field(
        description="Expected seconds until it is credited; null without an estimate, never 0.",
        examples=[75],
    )
    waiting_for: WaitingOut | None = Field(
        description="Why it is not credited yet; null once it is credited, in suspense, or "
        "orphaned."
    )
    seen_at: datetime = Field(description="When the transfer was first seen.")
    credited_at: datetime | None = Field(
        description="When the amount was credited; null if it is not."
    )

    @classmethod
    def of(
        cls, deposit: Deposit, wallet: Wallet, rules: DepositRules, *, latest: int | None
    ) -> Self:
        """``latest`` is the number of the chain's latest block, or None if unknown."""
        now = datetime.now(deposit.seen_at.tzinfo)
        return cls(
            id=deposit.id,
            network=deposit.key.network,
            address=wallet.address_text,
            amount=format_usdt(deposit.amount_micro_usdt),
            state=deposit.state,
            transaction=deposit.key.transaction,
            log_index=deposit.log_index,
            block_number=deposit.block.number,
            confirmations=_confirmations(deposit, latest),
            eta_s=_eta_s(deposit, rules, now),
            waiting_for=_waiting_for(deposit, rules, now),
            seen_at=deposit.seen_at,
            credited_at=deposit.credited_at,
        )


def _confirmations(deposit: Deposit, latest: int | None) -> int | None:
    """At least 1: a claimed deposit may be in a block after the latest scanned one."""
    if latest is None or deposit.state is DepositState.ORPHANED:
        return None
    return max(1, latest - deposit.block.number + 1)


def _eta_s(deposit: Deposit, rules: DepositRules, now: datetime) -> int | None:
    remaining = deposit.remaining(rules, now)
    return max(1, int(remaining.total_seconds())) if remaining else None


def _waiting_for(deposit: Deposit, rules: DepositRules, now: datetime) -> WaitingOut | None:
    code = deposit.waiting_for(rules, now)
    if code is None:
        return None
    return WaitingOut(code=code, detail=WAITING[code].format(finality=rules.finality))
