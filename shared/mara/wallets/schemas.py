"""The shape of wallets and deposits on the wire."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

import segno
from pydantic import BaseModel, ConfigDict, Field

from mara.kernel.money import UsdtOut, format_usdt
from mara.wallets.model import (
    IN_FLIGHT,
    TRANSACTION,
    Deposit,
    DepositRules,
    DepositState,
    Holdings,
    Network,
    Token,
    Wallet,
)
from mara.wallets.model.addresses import address_text

QR_SCALE = 4
"""Pixels of an SVG's unit for each of the code's squares."""


class WalletIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"network": network} for network in Network]},
    )

    network: Network


class QrOut(BaseModel):
    """``payload`` is what the code says; ``svg`` is a whole document."""

    payload: str
    svg: str

    @classmethod
    def of(cls, wallet: Wallet, rules: DepositRules) -> Self:
        payload = payload_of(wallet, rules)
        svg = segno.make_qr(payload).svg_inline(scale=QR_SCALE)
        return cls(payload=payload, svg=svg)


class RulesOut(BaseModel):
    """What it takes for a deposit to be credited. ``contract`` is the token's: no other counts."""

    contract: str
    min_amount: UsdtOut
    finality: str
    eta_s: int

    @classmethod
    def of(cls, rules: DepositRules) -> Self:
        return cls(
            contract=rules.contract,
            min_amount=format_usdt(rules.minimum_micro_usdt),
            finality=rules.finality,
            eta_s=rules.eta_s,
        )


class WalletOut(BaseModel):
    network: Network
    address: str
    asset: Literal["USDT"] = "USDT"
    qr: QrOut
    rules: RulesOut
    created_at: datetime

    @classmethod
    def of(cls, wallet: Wallet, rules: Mapping[Network, DepositRules]) -> Self:
        own = rules[wallet.network]
        return cls(
            network=wallet.network,
            address=address_text(wallet.network, wallet.address),
            qr=QrOut.of(wallet, own),
            rules=RulesOut.of(own),
            created_at=wallet.created_at,
        )


class AssetOut(BaseModel):
    """``amount`` is exact: a decimal with as many places as it takes, and six of USDT."""

    asset: str
    amount: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")]


class WalletBalanceOut(BaseModel):
    """What the chain says of the address after ``block``, which is the last one that it had.

    It is no balance to spend: that is at ``/users/balance``.
    """

    network: Network
    address: str
    block: int
    as_of: datetime
    balances: list[AssetOut]

    @classmethod
    def of(cls, wallet: Wallet, holdings: Holdings, rules: DepositRules) -> Self:
        found = holdings.balances
        return cls(
            network=wallet.network,
            address=address_text(wallet.network, wallet.address),
            block=found.block.number,
            as_of=holdings.as_of,
            balances=[
                AssetOut(asset="USDT", amount=format_usdt(found.token_micro_usdt)),
                AssetOut(asset=rules.native.symbol, amount=decimal_of(found.native, rules.native)),
            ],
        )


class ClaimIn(BaseModel):
    """``transaction`` is its hash, with or without 0x."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"transaction": "0x" + "5f" * 32}]}
    )

    transaction: Annotated[str, Field(pattern=f"^{TRANSACTION.pattern}$")]


class DepositOut(BaseModel):
    """``confirmations`` counts its own block too; ``eta_s`` is how long it may still take."""

    id: UUID
    network: Network
    address: str
    amount: UsdtOut
    state: DepositState
    transaction: str
    log_index: int
    block_number: int
    confirmations: Annotated[int, Field(ge=0)] | None
    eta_s: Annotated[int, Field(ge=0)] | None
    seen_at: datetime
    credited_at: datetime | None

    @classmethod
    def of(
        cls, deposit: Deposit, wallet: Wallet, rules: DepositRules, *, latest: int | None
    ) -> Self:
        """``latest`` is the chain's last block, as far as it is known."""
        return cls(
            id=deposit.id,
            network=deposit.key.network,
            address=address_text(wallet.network, wallet.address),
            amount=format_usdt(deposit.amount_micro_usdt),
            state=deposit.state,
            transaction=deposit.key.transaction,
            log_index=deposit.log_index,
            block_number=deposit.block.number,
            confirmations=_confirmations(deposit, latest),
            eta_s=_eta_s(deposit, rules),
            seen_at=deposit.seen_at,
            credited_at=deposit.credited_at,
        )


def decimal_of(amount: int, token: Token) -> str:
    """Of an amount in the token's smallest unit, without zeros at the end: ``0.01``, ``0``."""
    whole, fraction = divmod(amount, 10**token.decimals)
    places = f"{fraction:0{token.decimals}}".rstrip("0")
    return f"{whole}.{places}" if places else str(whole)


def payload_of(wallet: Wallet, rules: DepositRules) -> str:
    """For Arbitrum a request to transfer the token (EIP-681), elsewhere the address alone."""
    address = address_text(wallet.network, wallet.address)
    if wallet.network is not Network.ARBITRUM:
        return address
    return f"ethereum:{rules.contract}@{rules.chain_id}/transfer?address={address}"


def _confirmations(deposit: Deposit, latest: int | None) -> int | None:
    """One that was claimed may stand in a block that the scan has not come to."""
    if latest is None or deposit.state is DepositState.ORPHANED:
        return None
    return max(1, latest - deposit.block.number + 1)


def _eta_s(deposit: Deposit, rules: DepositRules) -> int | None:
    if deposit.state not in IN_FLIGHT:
        return None
    since = datetime.now(deposit.seen_at.tzinfo) - deposit.seen_at
    return max(0, int((timedelta(seconds=rules.eta_s) - since).total_seconds()))
