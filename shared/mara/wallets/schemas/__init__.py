"""Request and response bodies of wallets and deposits."""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, Self

import segno
from pydantic import BaseModel, ConfigDict, Field

from mara.kernel.money import UsdtOut, format_usdt
from mara.wallets.model import (
    DepositRules,
    Network,
    OnChainBalance,
    Token,
    Wallet,
)
from mara.wallets.schemas.deposits import EXAMPLE_ADDRESS, ClaimIn, DepositOut, WaitingOut

__all__ = [
    "AssetOut",
    "ClaimIn",
    "DepositOut",
    "QrOut",
    "RulesOut",
    "WaitingOut",
    "WalletBalanceOut",
    "WalletIn",
    "WalletOut",
    "decimal_of",
    "payload_of",
]

QR_SCALE = 4
"""SVG units per module of the QR code."""


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
        examples=['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 132 132"></svg>'],
    )

    @classmethod
    def of(cls, wallet: Wallet, rules: DepositRules, amount: int | None = None) -> Self:
        """The code of the wallet's payment request, of ``amount`` micro-USDT if it is given."""
        payload = payload_of(wallet, rules, amount)
        drawn = io.BytesIO()
        # With the namespace it is an image by itself, with the viewBox it scales, and on a light
        # ground it is read by cameras in a dark page too.
        segno.make_qr(payload).save(
            drawn, kind="svg", scale=QR_SCALE, xmldecl=False, omitsize=True, light="#fff", nl=False
        )
        return cls(payload=payload, svg=drawn.getvalue().decode())


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


def decimal_of(amount: int, token: Token) -> str:
    """An amount of the token's smallest unit as a decimal without trailing zeros: ``0.01``."""
    whole, fraction = divmod(amount, 10**token.decimals)
    places = f"{fraction:0{token.decimals}}".rstrip("0")
    return f"{whole}.{places}" if places else str(whole)


def payload_of(wallet: Wallet, rules: DepositRules, amount: int | None = None) -> str:
    """A transfer request (EIP-681) on Arbitrum; the address alone on the other networks.

    Only the transfer request can hold an amount, in the token's smallest unit.
    """
    address = wallet.address_text
    if wallet.network is not Network.ARBITRUM:
        return address
    request = f"ethereum:{rules.contract}@{rules.chain_id}/transfer?address={address}"
    return request if amount is None else f"{request}&uint256={amount}"
