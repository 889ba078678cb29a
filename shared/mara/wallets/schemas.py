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

EXAMPLE_ADDRESS = "TQ5Z7rYcXkP4gM1uVnB8sLwD3hJ6tKfEaR"
EXAMPLE_TRANSACTION = "0x" + "5f" * 32


class WalletIn(BaseModel):
    """The network on which to create a wallet."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"network": network} for network in Network]},
    )

    network: Network = Field(description="Network on which to receive USDT.")


class QrOut(BaseModel):
    """A QR code: ``payload`` is its content, ``svg`` an SVG document."""

    payload: str = Field(
        description="Content of the QR code: a payment request, or the address.",
        examples=[EXAMPLE_ADDRESS],
    )
    svg: str = Field(
        description="The QR code as an SVG document.",
        examples=['<svg width="132" height="132"></svg>'],
    )

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

    contract: str = Field(
        description="Address of the token's contract on the network.",
        examples=["TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"],
    )
    min_amount: UsdtOut = Field(
        description="Smallest transfer in USDT that is credited.", examples=["1.000000"]
    )
    finality: str = Field(
        description="When a deposit is final.",
        examples=["when the block is solidified: 19 of 27 representatives built on it"],
    )
    eta_s: int = Field(
        description="Usual time until a deposit is credited, in seconds.", examples=[90]
    )

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

    network: Network = Field(description="Network of the wallet.")
    address: str = Field(
        description="Address at which the wallet receives USDT.",
        examples=[EXAMPLE_ADDRESS],
    )
    asset: Literal["USDT"] = Field(
        default="USDT", description="The asset that is credited; other assets are not."
    )
    qr: QrOut = Field(description="QR code of the address.")
    rules: RulesOut = Field(description="Which transfers are credited, and when.")
    created_at: datetime = Field(description="When the wallet was created.")

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

    asset: str = Field(description="Symbol of the asset.", examples=["USDT"])
    amount: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")] = Field(
        description="Amount as an exact decimal; USDT has six decimal places.",
        examples=["12.500000"],
    )


class WalletBalanceOut(BaseModel):
    """The balances that the chain reports for the address after ``block``, its latest block.

    This is not the spendable balance, which ``/users/balance`` returns.
    """

    network: Network = Field(description="Network of the wallet.")
    address: str = Field(description="Address of the wallet.", examples=[EXAMPLE_ADDRESS])
    block: int = Field(
        description="Number of the block after which the balances were read.", examples=[65012345]
    )
    as_of: datetime = Field(description="When the balances were read.")
    balances: list[AssetOut] = Field(
        description="Balance of USDT, and of the native coin of the network."
    )

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
        extra="forbid", json_schema_extra={"examples": [{"transaction": EXAMPLE_TRANSACTION}]}
    )

    transaction: Annotated[str, Field(pattern=f"^{TRANSACTION.pattern}$")] = Field(
        description="Hash of the transaction as 64 hexadecimal digits, with or without 0x.",
        examples=[EXAMPLE_TRANSACTION],
    )


class DepositOut(BaseModel):
    """A deposit; ``confirmations`` counts its own block too, ``eta_s`` is the expected time left.

    Both are null if they are unknown or no longer apply.
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
    eta_s: Annotated[int, Field(ge=0)] | None = Field(
        description="Expected seconds until it is credited; null if it is credited or will not be.",
        examples=[None],
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
