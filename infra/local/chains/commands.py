"""`mara faucet` and `mara chain`: what people do on the chains of the local cloud."""

import argparse
import json

import httpx

from infra.local.chains import servers

TIMEOUT_S = 10.0
SCAN_TIMEOUT_S = 60
BLOCKS_DEFAULT = 1
ACTIONS = ("mine", "reorg", "finalize", "scan", "rescan")


def add_faucet_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", help="of a wallet; its form tells the network")
    parser.add_argument("amount", help="of USDT, such as 25 or 12.500000")
    parser.add_argument("--network", choices=list(servers.CHAIN_IDS), help="if it shall be checked")


def add_chain_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("--network", choices=list(servers.CHAIN_IDS), default="arbitrum")
    parser.add_argument("--blocks", type=_positive, default=BLOCKS_DEFAULT, help="mine, reorg")
    parser.add_argument("--from", type=_positive, dest="first", help="rescan: the first block")
    parser.add_argument("--to", type=_positive, dest="last", help="rescan: the last block")


def faucet(address: str, amount: str, network: str | None = None) -> str:
    """Make so much of the test USDT for the address; what was done.

    Raises RuntimeError that says what is wrong with the address or the amount, or ChainOff.
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
        raise RuntimeError("Nothing can be sent: the amount is 0.")
    if found is Network.APTOS:
        transaction = _pay_on_aptos(address, micro_usdt)
    else:
        chain = servers.node(found)
        transaction = chain.mint(servers.CONTRACT, "0x" + recipient.hex(), micro_usdt)
    return f"sent {format_usdt(micro_usdt)} test USDT to {address} on {found}: {transaction}"


def chain(options: argparse.Namespace) -> str:
    """Raises RuntimeError, ChainOff."""
    name: str = options.network
    if options.action == "scan":
        return scan(name)
    if options.action == "rescan":
        return rescan(name, options.first, options.last)
    if name == "aptos":
        raise RuntimeError("What Aptos has committed is final at once: nothing can be moved there.")
    node = servers.node(name)
    if options.action == "mine":
        node.mine(options.blocks)
        return f"{name} is at block {node.number()}, and final to {node.number('finalized')}"
    if options.action == "reorg":
        undoable = node.number() - node.number("finalized")
        if options.blocks > undoable:
            raise RuntimeError(f"No more than {undoable} blocks: what is final is never undone.")
        node.reorganise(options.blocks)
        return f"the last {options.blocks} of {name}'s blocks are others now, and empty"
    return f"{name} is final to block {node.finalise()}"


def scan(name: str) -> str:
    """Run the schedule's function now, instead of within a minute. Raises RuntimeError."""
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
    return f"{name} is scanned"


def begin() -> list[str]:
    """Scan every chain that is on and was never read; why it could not be done, for each.

    On those no wallet could be made before the schedule comes by.
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

    MARA_CHAINS and MARA_DATABASE_URL say of what; unset, the local cloud's. Raises RuntimeError.
    """
    from infra.local.environment import point_to_the_local_cloud

    if first is None or last is None or last < first:
        raise RuntimeError("Say which blocks, the first and the last one: --from 100 --to 200")
    point_to_the_local_cloud()
    from mara.kernel.errors import DomainError
    from mara.wallets.model import BlockRange, Network
    from mara.wiring.wallets import reconciliation_service

    try:
        settled = reconciliation_service(Network(name)).rescan(BlockRange(first, last))
    except DomainError as error:
        raise RuntimeError(f"{error.title}. {error.detail}") from error
    return f"{name}, blocks {first} to {last}: {settled} deposits settled that had been missed"


def network_of(address: str) -> str:
    """By its form alone; whether it is right is for others to tell."""
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
