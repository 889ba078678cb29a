"""`mara faucet`: sends test USDT on a local chain, and follows it until it is credited."""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from infra.local.chains import block_producer, servers
from infra.local.chains.block_timing import FINAL_DEFAULT_S, read_timing
from infra.local.settings import front_url, state_dir
from infra.local.stacks import command

if TYPE_CHECKING:
    from mara.wallets.model import Network

TIMEOUT_S = 10.0
WAIT_MAX_S = 300.0
POLL_S = 1.0
NOT_POSITIVE = "The amount must be positive."
ENDED = {"credited", "suspense", "orphaned"}


@dataclass(frozen=True)
class Payment:
    """A transfer of test USDT; its text form ends with the transaction's hash."""

    network: "Network"
    address: str
    recipient: bytes
    micro_usdt: int
    transaction: str

    def __str__(self) -> str:
        from mara.kernel.money import format_usdt

        amount = format_usdt(self.micro_usdt)
        return f"sent {amount} test USDT to {self.address} on {self.network}: {self.transaction}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `mara faucet`."""
    parser.add_argument("address", help="address of a wallet; its form determines the network")
    parser.add_argument("amount", help="amount of USDT, such as 25 or 12.500000")
    parser.add_argument(
        "--network", choices=list(servers.CHAIN_IDS), help="expected network of the address"
    )
    parser.add_argument(
        "--wait", action="store_true", help="show the deposit's states until it is credited"
    )


def send(address: str, amount: str, network: str | None = None) -> Payment:
    """Mint test USDT for the address.

    Raises RuntimeError for an invalid address or amount, and ChainOff.
    """
    from mara.kernel.errors import DomainError
    from mara.kernel.money import parse_usdt
    from mara.wallets.model import Network
    from mara.wiring.wallets import address_codec

    found = Network(network or network_of(address))
    if amount.startswith("-"):
        raise RuntimeError(NOT_POSITIVE)
    try:
        recipient, micro_usdt = address_codec().decode(found, address), parse_usdt(amount)
    except DomainError as error:
        raise RuntimeError(f"{error.title}. {error.detail}") from error
    if micro_usdt == 0:
        raise RuntimeError(NOT_POSITIVE)
    if found is Network.APTOS:
        transaction = _pay_on_aptos(address, micro_usdt)
    else:
        chain = servers.node(found)
        transaction = chain.mint(servers.CONTRACT, "0x" + recipient.hex(), micro_usdt)
    return Payment(found, address, recipient, micro_usdt, transaction)


def network_of(address: str) -> str:
    """The network that an address belongs to, by its form only; it may still be invalid."""
    if address.startswith("T"):
        return "tron"
    return "aptos" if len(address) > len("0x") + 40 else "arbitrum"


def what_happens_next(payment: Payment) -> str:
    """When the payment is credited, what prevents it, and the commands by which to see it."""
    network = payment.network
    if not _is_wallet(payment):
        return (
            f"Nothing is credited: {payment.address} is not a wallet of this stack. Make one: "
            f"POST {front_url()}/api/v1/wallets/generate\n"
        )
    final_s = read_timing().final_s.get(network, 0)
    within_s = final_s + servers.SCAN_PERIOD_S
    deposits = f"{front_url()}/api/v1/wallets/my/{network}/deposits"
    what = f"It is credited by itself within {within_s:g} s: {_finality(final_s)}"
    lines = [
        f"{what}, and the chain is scanned every minute.",
        f'See it:    curl -s {deposits} -H "authorization: Bearer $TOKEN"',
        f"Scan now:  {command(f'.venv/bin/mara chain scan --network {network}')}",
        "Next time, --wait shows the states until it is credited.",
    ]
    if block_producer.is_paused(servers.chains_dir(state_dir()), network):
        resume = command(f".venv/bin/mara chain resume --network {network}")
        lines[0] = f"{network} is paused, so that nothing becomes final. Let it go on: {resume}"
    return "".join(f"{line}\n" for line in lines)


def wait(payment: Payment) -> Iterator[str]:
    """Scan until the deposit is credited; a line whenever something changes.

    Raises RuntimeError if the address is no wallet, or after ``WAIT_MAX_S``.
    """
    from infra.local.chains.commands import scan

    if not _is_wallet(payment):
        raise RuntimeError(what_happens_next(payment).strip())
    began, shown = time.monotonic(), ""
    while time.monotonic() - began < WAIT_MAX_S:
        try:
            scan(payment.network)
        except RuntimeError as error:
            yield f"  {time.monotonic() - began:3.0f} s  {error}"
        state, block = _deposit(payment)
        line = state + _progress(payment, state, block)
        if line != shown:
            shown = line
            yield f"  {time.monotonic() - began:3.0f} s  {line}"
        if state in ENDED:
            return
        time.sleep(POLL_S)
    raise RuntimeError(
        f"After {WAIT_MAX_S:.0f} s the deposit is {state}. {what_happens_next(payment)}"
    )


def _finality(final_s: float) -> str:
    return f"its block is final after {final_s:g} s" if final_s else "its block is final at once"


def _progress(payment: Payment, state: str, block: int | None) -> str:
    """What an undecided deposit waits for."""
    if state in ENDED or block is None or payment.network not in FINAL_DEFAULT_S:
        return ""
    final = servers.node(payment.network).number("finalized")
    if final >= block:
        return ": its block is final, the next scan credits it"
    return f": its block {block} is not final, the chain is up to {final}"


def _is_wallet(payment: Payment) -> bool:
    parameters = (payment.network, payment.recipient)
    return _row("SELECT true FROM wallets WHERE network = %s AND address = %s", parameters) != ()


def _deposit(payment: Payment) -> tuple[str, int | None]:
    """The deposit's state, and the number of its block; None before its first scan."""
    statement = "SELECT state, block_number FROM deposits WHERE network = %s AND transaction = %s"
    row = _row(statement, (payment.network, payment.transaction))
    return (str(row[0]), int(row[1])) if row else ("not seen yet", None)


def _row(statement: str, parameters: tuple[object, ...]) -> tuple[Any, ...]:
    """The first row of a query on the rows of all users; empty if there is none."""
    import psycopg

    from infra.local.migrate import owner_url

    with psycopg.connect(owner_url()) as link:
        link.execute("SELECT set_config('mara.scope', 'system', true)")
        return link.execute(statement, parameters).fetchone() or ()


def _pay_on_aptos(address: str, micro_usdt: int) -> str:
    paid = {"address": address, "amount": str(micro_usdt)}
    url = servers.base_url("aptos")
    answer = httpx.post(f"{url}/pay", json=paid, timeout=TIMEOUT_S, trust_env=False)
    transaction: str = answer.raise_for_status().json()["transaction"]
    return transaction
