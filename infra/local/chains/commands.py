"""`mara chain`: commands on the chains of the local cloud."""

import argparse
from typing import Any

from infra.local.chains import block_producer, servers
from infra.local.settings import state_dir
from infra.local.stacks import command

BLOCKS_DEFAULT = 1
ACTIONS = ("mine", "reorg", "finalize", "pause", "resume", "scan", "rescan")


def add_chain_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `mara chain`."""
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("--network", choices=list(servers.CHAIN_IDS), default="arbitrum")
    parser.add_argument("--blocks", type=_positive, default=BLOCKS_DEFAULT, help="mine, reorg")
    parser.add_argument("--from", type=_positive, dest="first", help="rescan: the first block")
    parser.add_argument("--to", type=_positive, dest="last", help="rescan: the last block")


def chain(options: argparse.Namespace) -> str:
    """Run one action on a chain; a summary. Raises RuntimeError, ChainOff."""
    name: str = options.network
    if options.action == "scan":
        return scan(name)
    if options.action == "rescan":
        return rescan(name, options.first, options.last)
    if name == "aptos":
        raise RuntimeError(
            "Aptos transactions are final when committed: there are no blocks to mine or to pause."
        )
    if options.action in {"pause", "resume"}:
        return _set_paused(name, paused=options.action == "pause")
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
    """Invoke the scan function now instead of within a minute; what it did, or why it did nothing.

    Raises RuntimeError.
    """
    from infra.local.deployed import run_now

    return describe_scan(name, run_now("ScanChain", network=name))


def describe_scan(name: str, said: dict[str, Any]) -> str:
    """A sentence on what a scan returned."""
    if said["status"] == "skipped":
        until = f" (until {said['held_until']}, unless it goes on)" if said["held_until"] else ""
        return (
            f"{name}: did nothing, because {said['reason']}{until}. Run the command again in a few "
            "seconds."
        )
    result = said["result"]
    if result == "off":
        return f"{name}: did nothing, because the network is off in this stack."
    if not result["advanced"] and not result["settled"]:
        return f"{name}: found nothing new, all blocks were read before"
    unreadable = result.get("unreadable", 0)
    passed = f", passed {unreadable} unreadable events" if unreadable else ""
    left = f"; {result['lag']} blocks are left for the next scan" if result["lag"] else ""
    return f"scanned {name}: settled {result['settled']} deposits{passed}{left}"


def _set_paused(name: str, *, paused: bool) -> str:
    """Raises ChainOff."""
    servers.base_url(name)
    folder = servers.chains_dir(state_dir())
    resume = command(f".venv/bin/mara chain resume --network {name}")
    if paused:
        done = block_producer.pause(folder, name)
        said = f"mines blocks for transactions and commands only, until {resume}"
    else:
        done = block_producer.resume(folder, name)
        said = "mines blocks by itself"
    return f"{name} {said}" if done else f"{name}: did nothing, because it already {said}"


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

    MARA_CHAINS and MARA_DATABASE_URL default to the local cloud. Raises RuntimeError, DomainError.
    """
    from infra.local.environment import point_to_the_local_cloud

    if first is None or last is None or last < first:
        raise RuntimeError("Give the first and the last block: --from 100 --to 200")
    point_to_the_local_cloud()
    from mara.wallets.model import BlockRange, Network
    from mara.wiring.wallets import reconciliation_service

    settled = reconciliation_service(Network(name)).rescan(BlockRange(first, last))
    return f"{name}, blocks {first} to {last}: settled {settled} missed deposits"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
