"""Repository of wallets in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from mara.platform.database import connection
from mara.wallets.adapters.addresses import StandardAddressCodec
from mara.wallets.model import Network, Wallet

COLUMNS = "owner_id, network, address, receives_at, created_at"
ADD = f"""
    INSERT INTO wallets ({COLUMNS})
    VALUES (%(owner_id)s, %(network)s, %(address)s, %(receives_at)s, %(created_at)s)
    ON CONFLICT (owner_id, network) DO NOTHING
"""
FIND = f"SELECT {COLUMNS} FROM wallets WHERE owner_id = %s AND network = %s"
LIST = f"SELECT {COLUMNS} FROM wallets WHERE owner_id = %s ORDER BY network"


class PostgresWallets:
    """Implements ``Wallets``."""

    def add(self, wallet: Wallet) -> bool:
        """Insert; False, without a change, if the owner has a wallet on that network."""
        parameters = {
            "owner_id": wallet.owner_id,
            "network": wallet.network,
            "address": wallet.address,
            "receives_at": wallet.receives_at,
            "created_at": wallet.created_at,
        }
        return connection().execute(ADD, parameters).rowcount == 1

    def find(self, owner_id: UUID, network: Network) -> Wallet | None:
        """The owner's wallet on the network, or None."""
        row = connection().execute(FIND, (owner_id, network)).fetchone()
        return _wallet(row) if row else None

    def list(self, owner_id: UUID) -> Sequence[Wallet]:
        """All wallets of the owner, ordered by network."""
        return [_wallet(row) for row in connection().execute(LIST, (owner_id,))]


def _wallet(row: tuple[Any, ...]) -> Wallet:
    owner_id, name, address, receives_at, created_at = row
    network = Network(name)
    text = StandardAddressCodec().encode(network, bytes(address))
    return Wallet(owner_id, network, bytes(address), bytes(receives_at), created_at, text)
