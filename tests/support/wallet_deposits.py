"""Deposits of an account, on addresses that differ by network only."""

from datetime import UTC, datetime

from mara.kernel.ids import new_id
from mara.wallets.model import BlockRef, Deposit, DepositKey, DepositState, Network
from mara.wallets.model.addresses import ADDRESS_BYTES
from tests.support.accounts import Account


def address_on(network: Network) -> bytes:
    return b"\x01" * ADDRESS_BYTES[network]


def make_deposit(account: Account, network: Network, number: int) -> Deposit:
    return Deposit(
        id=new_id(),
        owner_id=account.id,
        key=DepositKey(network, f"0x{number:064x}", 0),
        recipient=address_on(network),
        amount_micro_usdt=number * 1_000_000,
        block=BlockRef(number, f"0x{number:02x}"),
        log_index=0,
        state=DepositState.SEEN,
        reader="first",
        seen_at=datetime.now(UTC),
    )
