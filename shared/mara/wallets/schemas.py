"""Request and response bodies of wallets and deposits."""

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
    Network,
    OnChainBalance,
    Token,
    Wallet,
)

QR_SCALE = 4
"""SVG units per module of the QR code."""


class WalletIn(BaseModel):
    """The network on which to create a wallet."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"network": network} for network in Network]},
    )

    network: Network


class QrOut(BaseModel):
    """A QR code: ``payload`` is its content, ``svg`` an SVG document."""

    payload: str
    svg: str

    @classmethod
    def of(cls, wallet: Wallet, rules: DepositRules) -> Self:
        """The code of the wallet's payment request."""
        payload = payload_of(wallet, rules)
        svg = segno.make_qr(payload).svg_inline(scale=QR_SCALE)
        return cls(payload=payload, svg=svg)


class RulesOut(BaseModel):
    """Deposit rules: only transfers of the token at ``contract``, at least ``min_amount``, count.

    ``eta_s`` is the usual time until a deposit is credited, in seconds.
    """

    contract: str
    min_amount: UsdtOut
    finality: str
    eta_s: int

    @classmethod
    def of(cls, rules: DepositRules) -> Self:
        """The rules of one network."""
        return cls(
            contract=rules.contract,
            min_amount=format_usdt(rules.minimum_micro_usdt),
            finality=rules.finality,
            eta_s=rules.eta_s,
        )


class WalletOut(BaseModel):
    """A wallet: the address at which the user receives USDT on one network."""

    network: Network
    address: str
    asset: Literal["USDT"] = "USDT"
    qr: QrOut
    rules: RulesOut
    created_at: datetime

    @classmethod
    def of(cls, wallet: Wallet, rules: Mapping[Network, DepositRules]) -> Self:
        """The wallet with its QR code and the rules of its network."""
        own = rules[wallet.network]
        return cls(
            network=wallet.network,
            address=wallet.address_text,
            qr=QrOut.of(wallet, own),
            rules=RulesOut.of(own),
            created_at=wallet.created_at,
        )


class AssetOut(BaseModel):
    """A balance of one asset. ``amount`` is an exact decimal; USDT has six decimal places."""

    asset: str
    amount: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")]


class WalletBalanceOut(BaseModel):
    """The balances that the chain reports for the address after ``block``, its latest block.

    This is not the spendable balance, which ``/users/balance`` returns.
    """

    network: Network
    address: str
    block: int
    as_of: datetime
    balances: list[AssetOut]

    @classmethod
    def of(cls, wallet: Wallet, on_chain: OnChainBalance, rules: DepositRules) -> Self:
        """The on-chain balances of a wallet's address."""
        found = on_chain.balances
        return cls(
            network=wallet.network,
            address=wallet.address_text,
            block=found.block.number,
            as_of=on_chain.as_of,
            balances=[
                AssetOut(asset="USDT", amount=format_usdt(found.token_micro_usdt)),
                AssetOut(asset=rules.native.symbol, amount=decimal_of(found.native, rules.native)),
            ],
        )


class ClaimIn(BaseModel):
    """A claimed transaction: its hash, with or without 0x."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"transaction": "0x" + "5f" * 32}]}
    )

    transaction: Annotated[str, Field(pattern=f"^{TRANSACTION.pattern}$")]


class DepositOut(BaseModel):
    """A deposit; ``confirmations`` counts its own block too, ``eta_s`` is the expected time left.

    Both are null if they are unknown or no longer apply.
    """

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
        """``latest`` is the number of the chain's latest block, or None if unknown."""
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
            eta_s=_eta_s(deposit, rules),
            seen_at=deposit.seen_at,
            credited_at=deposit.credited_at,
        )


def decimal_of(amount: int, token: Token) -> str:
    """An amount of the token's smallest unit as a decimal without trailing zeros: ``0.01``."""
    whole, fraction = divmod(amount, 10**token.decimals)
    places = f"{fraction:0{token.decimals}}".rstrip("0")
    return f"{whole}.{places}" if places else str(whole)


def payload_of(wallet: Wallet, rules: DepositRules) -> str:
    """A transfer request (EIP-681) on Arbitrum; the address alone on the other networks."""
    address = wallet.address_text
    if wallet.network is not Network.ARBITRUM:
        return address
    return f"ethereum:{rules.contract}@{rules.chain_id}/transfer?address={address}"


def _confirmations(deposit: Deposit, latest: int | None) -> int | None:
    """At least 1: a claimed deposit may be in a block after the latest scanned one."""
    if latest is None or deposit.state is DepositState.ORPHANED:
        return None
    return max(1, latest - deposit.block.number + 1)


def _eta_s(deposit: Deposit, rules: DepositRules) -> int | None:
    if deposit.state not in IN_FLIGHT:
        return None
    since = datetime.now(deposit.seen_at.tzinfo) - deposit.seen_at
    return max(0, int((timedelta(seconds=rules.eta_s) - since).total_seconds()))
