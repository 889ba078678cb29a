"""Repository of deposits, and of the addresses that receive them, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    LargeBinary,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from mara.kernel.page import PageRequest
from mara.platform.sql import (
    Row,
    bound,
    constant,
    equals_if_given,
    execute,
    fetch_all,
    fetch_value,
    values_of,
)
from mara.platform.sql_lists import SortedList
from mara.wallets.adapters.tables import deposits, wallets
from mara.wallets.model import BlockRange, BlockRef, Deposit, DepositKey, DepositState, Network

_columns = deposits.c
_of_network = _columns.network == bindparam("network")
_of_owner = _columns.owner_id == bindparam("owner_id")
_asked = (
    func.unnest(
        bindparam("transactions", type_=ARRAY(Text)), bindparam("positions", type_=ARRAY(Integer))
    )
    .table_valued("transaction", "position")
    .render_derived(name="asked")
)
_seen, _safe, _final = (
    constant(state) for state in (DepositState.SEEN, DepositState.SAFE, DepositState.FINAL)
)
BALANCE_MAX = 2**63 - 1

OWNERS = select(wallets.c.receives_at, wallets.c.owner_id).where(
    wallets.c.network == bindparam("network"),
    wallets.c.receives_at == any_(bindparam("recipients", type_=ARRAY(LargeBinary))),
)
# Ordered by id, so that two transactions that lock the same rows do not deadlock.
GET_FOR_UPDATE = (
    select(deposits)
    .join(
        _asked,
        and_(_columns.transaction == _asked.c.transaction, _columns.position == _asked.c.position),
    )
    .where(_of_network)
    .order_by(_columns.id)
    .with_for_update(of=deposits)
)
IN_FLIGHT = (
    select(deposits)
    .where(
        _of_network,
        _columns.block_number.between(bindparam("first"), bindparam("last")),
        _columns.state.in_([_seen, _safe]),
    )
    .order_by(_columns.id)
)
AWAITING_CONFIRMATION = (
    select(deposits).where(_of_network, _columns.state == _final).order_by(_columns.id)
)
_insert = insert(deposits).values(bound(_columns))
_identity = {_columns.id, _columns.network, _columns.transaction, _columns.position}
SAVE = _insert.on_conflict_do_update(
    index_elements=[_columns.id],
    set_={
        column: _insert.excluded[column.name]
        for column in _columns
        if column not in {*_identity, _columns.seen_at}
    },
)
LIST = SortedList.of(
    select(deposits).where(
        _of_owner,
        equals_if_given(_columns.network, "network"),
        equals_if_given(_columns.state, "state"),
    ),
    _columns.id,
    {"amount": _columns.amount_micro_usdt},
)
# Limited to the range of a balance, because a dishonest provider may report any amounts.
PENDING = select(
    cast(
        func.least(func.coalesce(func.sum(_columns.amount_micro_usdt), 0), BALANCE_MAX), BigInteger
    )
).where(_of_owner, _columns.state.in_([_seen, _safe, _final]))
MARK_SAFE = (
    update(deposits)
    .where(_of_network, _columns.state == _seen, _columns.block_number <= bindparam("up_to"))
    .values(state=_safe)
)


class PostgresDeposits:
    """Implements ``Deposits``, and the ledger's ``PendingDeposits``."""

    def find_owners(self, network: Network, recipients: Collection[bytes]) -> Mapping[bytes, UUID]:
        """The owner of each recipient that belongs to a user; one statement for all."""
        if not recipients:
            return {}
        rows = fetch_all(OWNERS, network=network, recipients=list(recipients))
        return {row["receives_at"]: row["owner_id"] for row in rows}

    def get_for_update(self, keys: Collection[DepositKey]) -> Mapping[DepositKey, Deposit]:
        """The deposits that exist, locked until the transaction ends."""
        found: dict[DepositKey, Deposit] = {}
        for network in {key.network for key in keys}:
            asked = [key for key in keys if key.network is network]
            rows = fetch_all(
                GET_FOR_UPDATE,
                transactions=[key.transaction for key in asked],
                positions=[key.position for key in asked],
                network=network,
            )
            found |= {deposit.key: deposit for deposit in map(_deposit, rows)}
        return found

    def in_flight(self, network: Network, blocks: BlockRange) -> Sequence[Deposit]:
        """The deposits in the range that are seen or safe."""
        rows = fetch_all(IN_FLIGHT, network=network, first=blocks.first, last=blocks.last)
        return [_deposit(row) for row in rows]

    def awaiting_confirmation(self, network: Network) -> Sequence[Deposit]:
        """The final deposits that a second provider must confirm."""
        rows = fetch_all(AWAITING_CONFIRMATION, network=network)
        return [_deposit(row) for row in rows]

    def save(self, deposit: Deposit) -> None:
        """Insert or update, by id."""
        values = {**values_of(deposit), **deposit.key._asdict()}
        block = {"block_number": deposit.block.number, "block_hash": deposit.block.hash}
        execute(SAVE, **values, **block)

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[Deposit]:
        """Return a page of the owner's deposits, and one more if there are more."""
        return [_deposit(row) for row in LIST.fetch(page, **_wanted(owner_id, page))]

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of the owner's deposits that the filters of ``page`` admit."""
        return LIST.total(**_wanted(owner_id, page))

    def pending(self, owner_id: UUID) -> int:
        """Sum of the owner's seen, safe and final deposits, in micro-USDT."""
        return int(fetch_value(PENDING, owner_id=owner_id))

    def mark_safe(self, network: Network, up_to: int) -> None:
        """Change the state of all seen deposits up to that block to safe."""
        execute(MARK_SAFE, network=network, up_to=up_to)


def _wanted(owner_id: UUID, page: PageRequest) -> Row:
    given = page.filters
    return {
        "owner_id": owner_id,
        "network": given.get("network"),
        "state": given.get("state"),
    }


def _deposit(row: Row) -> Deposit:
    key = DepositKey(*(row.pop(name) for name in DepositKey._fields))
    block = BlockRef(row.pop("block_number"), row.pop("block_hash"))
    return Deposit(key=key, block=block, **row)
