"""`mara faucet` and `mara chain`: commands on the chains of the local cloud."""

import argparse
import json

import httpx

from infra.local.chains import servers

TIMEOUT_S = 10.0
SCAN_TIMEOUT_S = 60
BLOCKS_DEFAULT = 1
ACTIONS = ("mine", "reorg", "finalize", "scan", "rescan")


def add_faucet_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `mara faucet`."""
    parser.add_argument("address", help="address of a wallet; its form determines the network")
    parser.add_argument("amount", help="amount of USDT, such as 25 or 12.500000")
    parser.add_argument(
        "--network", choices=list(servers.CHAIN_IDS), help="expected network of the address"
    )


def add_chain_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `mara chain`."""
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("--network", choices=list(servers.CHAIN_IDS), default="arbitrum")
    parser.add_argument("--blocks", type=_positive, default=BLOCKS_DEFAULT, help="mine, reorg")
    parser.add_argument("--from", type=_positive, dest="first", help="rescan: the first block")
    parser.add_argument("--to", type=_positive, dest="last", help="rescan: the last block")


def faucet(address: str, amount: str, network: str | None = None) -> str:
    """Mint test USDT for the address; a summary.

    Raises RuntimeError for an invalid address or amount, and ChainOff.
    """
    from mara.kernel.errors import DomainError
    from mara.kernel.money import format_usdt, parse_usdt
    from mara.wallets.model import Network
    from mara.wiring.wallets import address_codec

    found = Network(network or network_of(address))
    try:
        recipient, micro_usdt = address_codec().decode(found, address), parse_usdt(amount)
    except DomainError as error:
        raise RuntimeError(f"{error.title}. {error.detail}") from error
    if micro_usdt == 0:
        raise RuntimeError("The amount must be positive.")
    if found is Network.APTOS:
        transaction = _pay_on_aptos(address, micro_usdt)
    else:
        chain = servers.node(found)
        transaction = chain.mint(servers.CONTRACT, "0x" + recipient.hex(), micro_usdt)
    return f"sent {format_usdt(micro_usdt)} test USDT to {address} on {found}: {transaction}"


def chain(options: argparse.Namespace) -> str:
    """Run one action on a chain; a summary. Raises RuntimeError, ChainOff."""
    name: str = options.network
    if options.action == "scan":
        return scan(name)
    if options.action == "rescan":
        return rescan(name, options.first, options.last)
    if name == "aptos":
        raise RuntimeError(
            "Aptos transactions are final when committed: there is nothing to mine or reorganize."
        )
    node = servers.node(name)
    if options.action == "mine":
        node.mine(options.blocks)
        return f"{name} is at block {node.number()}, final up to {node.number('finalized')}"
    if options.action == "reorg":
        undoable = node.number() - node.number("finalized")
        if options.blocks > undoable:
            raise RuntimeError(f"At most {undoable} blocks: a finalized block is never undone.")
        node.reorganise(options.blocks)
        return f"replaced the last {options.blocks} blocks of {name} by empty ones"
    return f"{name} is final up to block {node.finalise()}"


def scan(name: str) -> str:
    """Invoke the scan function now instead of within a minute. Raises RuntimeError."""
    from infra.local.aws import client
    from infra.local.deploy import STACK

    resource = client("cloudformation").describe_stack_resource(
        StackName=STACK, LogicalResourceId="ScanChain"
    )
    function = resource["StackResourceDetail"]["PhysicalResourceId"]
    payload = json.dumps({"network": name}).encode()
    answer = client("lambda").invoke(FunctionName=function, Payload=payload)
    if "FunctionError" in answer:
        said = json.loads(answer["Payload"].read())
        raise RuntimeError(f"The scan failed: {said.get('errorMessage', said)}")
    return f"scanned {name}"


def begin() -> list[str]:
    """Scan every chain that is on and was never scanned; one message per failure.

    Before its first scan, no wallet can be created on a chain.
    """
    import psycopg

    from infra.local.migrate import owner_url

    with psycopg.connect(owner_url()) as link:
        read = {name for (name,) in link.execute("SELECT network FROM chain_scans")}
    failures = []
    for name in servers.settings().keys() - read:
        try:
            scan(name)
        except RuntimeError as error:
            failures.append(f"{name}: {error}")
    return failures


def rescan(name: str, first: int | None, last: int | None) -> str:
    """Read finalized blocks again and settle missed deposits.

    MARA_CHAINS and MARA_DATABASE_URL default to the local cloud. Raises RuntimeError.
    """
    from infra.local.environment import point_to_the_local_cloud

    if first is None or last is None or last < first:
        raise RuntimeError("Give the first and the last block: --from 100 --to 200")
    point_to_the_local_cloud()
    from mara.kernel.errors import DomainError
    from mara.wallets.model import BlockRange, Network
    from mara.wiring.wallets import reconciliation_service

    try:
        settled = reconciliation_service(Network(name)).rescan(BlockRange(first, last))
    except DomainError as error:
        raise RuntimeError(f"{error.title}. {error.detail}") from error
    return f"{name}, blocks {first} to {last}: settled {settled} missed deposits"


def network_of(address: str) -> str:
    """The network that an address belongs to, by its form only; it may still be invalid."""
    if address.startswith("T"):
        return "tron"
    return "aptos" if len(address) > len("0x") + 40 else "arbitrum"


def _pay_on_aptos(address: str, micro_usdt: int) -> str:
    paid = {"address": address, "amount": str(micro_usdt)}
    url = servers.base_url("aptos")
    answer = httpx.post(f"{url}/pay", json=paid, timeout=TIMEOUT_S, trust_env=False)
    transaction: str = answer.raise_for_status().json()["transaction"]
    return transaction


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
