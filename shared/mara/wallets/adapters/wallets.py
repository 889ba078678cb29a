"""Repository of wallets in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from mara.platform.sql import Row, bound, execute, fetch_all, fetch_one, values_of
from mara.wallets.adapters.addresses import StandardAddressCodec
from mara.wallets.adapters.tables import wallets
from mara.wallets.model import Network, Wallet

ADD = (
    insert(wallets)
    .values(bound(wallets.c))
    .on_conflict_do_nothing(index_elements=[wallets.c.owner_id, wallets.c.network])
)
LIST = (
    select(wallets).where(wallets.c.owner_id == bindparam("owner_id")).order_by(wallets.c.network)
)
FIND = LIST.where(wallets.c.network == bindparam("network"))


class PostgresWallets:
    """Implements ``Wallets``."""

    def add(self, wallet: Wallet) -> bool:
        """Insert; False, without a change, if the owner has a wallet on that network."""
        return execute(ADD, **values_of(wallet)) == 1

    def find(self, owner_id: UUID, network: Network) -> Wallet | None:
        """The owner's wallet on the network, or None."""
        row = fetch_one(FIND, owner_id=owner_id, network=network)
        return _wallet(row) if row else None

    def list(self, owner_id: UUID) -> Sequence[Wallet]:
        """All wallets of the owner, ordered by network."""
        return [_wallet(row) for row in fetch_all(LIST, owner_id=owner_id)]


def _wallet(row: Row) -> Wallet:
    text = StandardAddressCodec().encode(row["network"], row["address"])
    return Wallet(**row, address_text=text)
