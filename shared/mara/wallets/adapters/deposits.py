"""Repository of deposits, and of the addresses that receive them, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.platform.database import connection
from mara.wallets.model import BlockRange, BlockRef, Deposit, DepositKey, DepositState, Network

COLUMNS = """id, owner_id, network, transaction, position, recipient, amount_micro_usdt,
    block_number, block_hash, log_index, state, reader, seen_at, credited_at"""

OWNERS = """
    SELECT receives_at, owner_id FROM wallets WHERE network = %s AND receives_at = ANY(%s)
"""
# Ordered by id, so that two transactions that lock the same rows do not deadlock.
GET_FOR_UPDATE = f"""
    SELECT {COLUMNS} FROM deposits JOIN unnest(%s::text[], %s::int[]) AS asked (t, p)
        ON transaction = t AND position = p
    WHERE network = %s ORDER BY id FOR UPDATE OF deposits
"""
IN_FLIGHT = f"""
    SELECT {COLUMNS} FROM deposits
    WHERE network = %s AND block_number BETWEEN %s AND %s AND state IN ('seen', 'safe')
    ORDER BY id
"""
AWAITING_CONFIRMATION = (
    f"SELECT {COLUMNS} FROM deposits WHERE network = %s AND state = 'final' ORDER BY id"
)
SAVE = f"""
    INSERT INTO deposits ({COLUMNS}) VALUES (%(id)s, %(owner_id)s, %(network)s, %(transaction)s,
        %(position)s, %(recipient)s, %(amount)s, %(block_number)s, %(block_hash)s, %(log_index)s,
        %(state)s, %(reader)s, %(seen_at)s, %(credited_at)s)
    ON CONFLICT (id) DO UPDATE SET owner_id = excluded.owner_id, recipient = excluded.recipient,
        amount_micro_usdt = excluded.amount_micro_usdt, block_number = excluded.block_number,
        block_hash = excluded.block_hash, log_index = excluded.log_index, state = excluded.state,
        reader = excluded.reader, credited_at = excluded.credited_at
"""
LIST = f"""
    SELECT {COLUMNS} FROM deposits
    WHERE owner_id = %(owner)s AND network = %(network)s
      AND (%(after)s::uuid IS NULL OR id < %(after)s)
    ORDER BY id DESC LIMIT %(limit)s
"""
# Limited to the range of a balance, because a dishonest provider may report any amounts.
PENDING = """
    SELECT least(coalesce(sum(amount_micro_usdt), 0), 9223372036854775807)::bigint FROM deposits
    WHERE owner_id = %s AND state IN ('seen', 'safe', 'final')
"""
MARK_SAFE = """
    UPDATE deposits SET state = 'safe'
    WHERE network = %s AND state = 'seen' AND block_number <= %s
"""


class PostgresDeposits:
    """Implements ``Deposits``, and the ledger's ``PendingDeposits``."""

    def find_owners(self, network: Network, recipients: Collection[bytes]) -> Mapping[bytes, UUID]:
        """The owner of each recipient that belongs to a user; one statement for all."""
        if not recipients:
            return {}
        rows = connection().execute(OWNERS, (network, list(recipients)))
        return {bytes(recipient): owner_id for recipient, owner_id in rows}

    def get_for_update(self, keys: Collection[DepositKey]) -> Mapping[DepositKey, Deposit]:
        """The deposits that exist, locked until the transaction ends."""
        found: dict[DepositKey, Deposit] = {}
        for network in {key.network for key in keys}:
            asked = [key for key in keys if key.network is network]
            transactions, positions = [k.transaction for k in asked], [k.position for k in asked]
            rows = connection().execute(GET_FOR_UPDATE, (transactions, positions, network))
            found |= {deposit.key: deposit for deposit in map(_deposit, rows)}
        return found

    def in_flight(self, network: Network, blocks: BlockRange) -> Sequence[Deposit]:
        """The deposits in the range that are seen or safe."""
        rows = connection().execute(IN_FLIGHT, (network, blocks.first, blocks.last))
        return [_deposit(row) for row in rows]

    def awaiting_confirmation(self, network: Network) -> Sequence[Deposit]:
        """The final deposits that a second provider must confirm."""
        rows = connection().execute(AWAITING_CONFIRMATION, (network,))
        return [_deposit(row) for row in rows]

    def save(self, deposit: Deposit) -> None:
        """Insert or update, by id."""
        parameters = {
            "id": deposit.id,
            "owner_id": deposit.owner_id,
            "network": deposit.key.network,
            "transaction": deposit.key.transaction,
            "position": deposit.key.position,
            "recipient": deposit.recipient,
            "amount": deposit.amount_micro_usdt,
            "block_number": deposit.block.number,
            "block_hash": deposit.block.hash,
            "log_index": deposit.log_index,
            "state": deposit.state,
            "reader": deposit.reader,
            "seen_at": deposit.seen_at,
            "credited_at": deposit.credited_at,
        }
        connection().execute(SAVE, parameters)

    def list(self, owner_id: UUID, network: Network, page: PageRequest) -> Sequence[Deposit]:
        """Newest first; one more than the page's limit if there are more."""
        parameters = {
            "owner": owner_id,
            "network": network,
            "after": page.after,
            "limit": page.limit + 1,
        }
        return [_deposit(row) for row in connection().execute(LIST, parameters)]

    def pending(self, owner_id: UUID) -> int:
        """Sum of the owner's seen, safe and final deposits, in micro-USDT."""
        row = connection().execute(PENDING, (owner_id,)).fetchone()
        return int(row[0]) if row else 0

    def mark_safe(self, network: Network, up_to: int) -> None:
        """Change the state of all seen deposits up to that block to safe."""
        connection().execute(MARK_SAFE, (network, up_to))


def _deposit(row: tuple[Any, ...]) -> Deposit:
    id_, owner_id, network, transaction, position, recipient, amount, *rest = row
    number, hash_, log_index, state, reader, seen_at, credited_at = rest
    return Deposit(
        id=id_,
        owner_id=owner_id,
        key=DepositKey(Network(network), transaction, position),
        recipient=bytes(recipient),
        amount_micro_usdt=amount,
        block=BlockRef(number, hash_),
        log_index=log_index,
        state=DepositState(state),
        reader=reader,
        seen_at=seen_at,
        credited_at=credited_at,
    )
