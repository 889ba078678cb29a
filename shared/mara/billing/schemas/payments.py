"""Where to pay, on the wire."""

from typing import Self

from pydantic import BaseModel, Field

from mara.billing.service.payment_instructions import PaymentInstruction
from mara.kernel.money import UsdtOut, format_usdt
from mara.wallets.model import Network
from mara.wallets.schemas import QrOut
from mara.wallets.schemas.deposits import EXAMPLE_ADDRESS


class PayOut(BaseModel):
    """An address to pay to. The whole ``amount`` must arrive: fees of an exchange come on top."""

    network: Network = Field(description="Network on which to pay.")
    address: str = Field(description="Address to pay to.", examples=[EXAMPLE_ADDRESS])
    amount: UsdtOut = Field(
        description="USDT that must arrive: what is missing, at least the network's minimum.",
        examples=["29.000000"],
    )
    min_amount: UsdtOut = Field(
        description="Smallest transfer in USDT that is credited.", examples=["1.000000"]
    )
    eta_s: int = Field(
        description="Usual time until a deposit is credited, in seconds.", examples=[90]
    )
    qr: QrOut = Field(description="QR code of the address; on Arbitrum it holds the amount.")

    @classmethod
    def of(cls, instruction: PaymentInstruction) -> Self:
        """Convert from the domain model."""
        wallet, rules, amount = instruction.wallet, instruction.rules, instruction.amount
        return cls(
            network=wallet.network,
            address=wallet.address_text,
            amount=format_usdt(amount),
            min_amount=format_usdt(rules.minimum_micro_usdt),
            eta_s=rules.eta_s,
            qr=QrOut.of(wallet, rules, amount),
        )
