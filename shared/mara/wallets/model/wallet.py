"""A wallet: the address at which a user receives USDT on one network."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.wallets.model.network import Network


@dataclass(frozen=True, slots=True)
class Wallet:
    """``receives_at`` is the recipient that transfers name: ``address``, but a store on Aptos.

    ``address_text`` is the address as wallets and explorers of the network show it.
    """

    owner_id: UUID
    network: Network
    address: bytes
    receives_at: bytes
    created_at: datetime
    address_text: str
