"""The chains of the local cloud: start their servers, and describe their settings.

Arbitrum and Tron are anvil nodes, Tron behind a simulator of its nodes' limits; Aptos is a
simulator. Their state survives a restart. A chain whose server cannot run is off; the rest of the
cloud works without it.
"""

import math
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.local.chains import anvil, block_producer
from infra.local.chains.block_timing import BlockTiming, read_timing
from infra.local.processes import spawn
from infra.local.progress import waits_for
from infra.local.settings import Ports, ports
from infra.local.stacks import command

if TYPE_CHECKING:
    import subprocess

    from infra.local.chains.evm_node import EvmNode

CHAIN_IDS = {"arbitrum": 31337, "tron": 31338, "aptos": 4}
"""Chain ids of development chains: their signatures are not valid on the public networks."""

SCAN_PERIOD_S = 60
"""The schedule that credits deposits runs every minute."""

CONTRACT = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
"""Address of the test USDT on both: the first contract that anvil's first account deploys."""

READY_TIMEOUT_S = 20.0
POLL_S = 0.05


class ChainOff(RuntimeError):
    """The chain does not run here; the message says what to do."""


def start(folder: Path, where: Ports) -> "Iterator[subprocess.Popen[bytes]]":
    """Start the servers that can run on this machine, one after the other. Raises InvalidTiming."""
    state, timing = chains_dir(folder), read_timing()
    yield _simulator("aptos", state, where.aptos, "--state", str(state / "aptos.json"))
    program = anvil.find()
    if program is None:
        return
    nodes = {"arbitrum": where.arbitrum, "tron": where.tron_node}
    for name, port in nodes.items():
        yield anvil.start(
            program,
            port=port,
            chain_id=CHAIN_IDS[name],
            log=state / f"{name}.log",
            state=state / f"{name}.json",
            slots=timing.slots(name),
        )
    urls = {name: f"http://127.0.0.1:{port}" for name, port in nodes.items()}
    yield _simulator("tron", state, where.tron, "--node", urls["tron"])
    yield _producer(state, urls, timing)


def chains_dir(folder: Path) -> Path:
    """The folder of the chains' state below that of the local cloud."""
    found = folder / "chains"
    found.mkdir(exist_ok=True)
    return found


def _producer(
    state: Path, urls: Mapping[str, str], timing: BlockTiming
) -> "subprocess.Popen[bytes]":
    for name in urls:
        (block_producer.pause if timing.starts_paused else block_producer.resume)(state, name)
    producer = [
        *(sys.executable, "-m", block_producer.__name__, "--period", str(timing.period_s)),
        *("--folder", str(state), *(f"{name}={url}" for name, url in urls.items())),
    ]
    return spawn(producer, log=state / "blocks.log")


def _simulator(name: str, state: Path, port: int, *options: str) -> "subprocess.Popen[bytes]":
    module = f"infra.local.simulators.{name}"
    command = [sys.executable, "-m", module, "--port", str(port), *options]
    return spawn(command, log=state / f"{name}-api.log")


def install() -> str | None:
    """Install anvil if it is missing; None, or the reason why it failed."""
    try:
        anvil.ensure()
    except anvil.AnvilMissing as error:
        return str(error)
    return None


def prepare() -> None:
    """Wait for the started servers, and deploy the test USDT if it is missing.

    Raises ChainOff if a started server does not answer.
    """
    give_up_at = time.monotonic() + READY_TIMEOUT_S
    expected = ["aptos"] if anvil.find() is None else list(CHAIN_IDS)
    while not all(_answers(name) for name in expected):
        if time.monotonic() > give_up_at:
            silent = ", ".join(name for name in expected if not _answers(name))
            again = f"`{command('make down')}` and `{command('make up')}`"
            raise ChainOff(f"{silent} does not answer: run {again}.")
        waits_for("the chains")
        time.sleep(POLL_S)
    for name in set(expected) - {"aptos"}:
        chain = node(name)
        if not chain.is_deployed(CONTRACT):
            chain.deploy()


def settings() -> dict[str, Any]:
    """The value of MARA_CHAINS, with the chains that answer."""
    return {name: own for name, own in _settings(ports()).items() if _answers(name)}


def describe() -> Mapping[str, str]:
    """The URL of each chain, or "off"."""
    return {name: url if _answers(name) else "off" for name, url in _urls(ports()).items()}


def base_url(name: str) -> str:
    """The URL of the server for development commands. Raises ChainOff."""
    if not _answers(name):
        raise ChainOff(f"{name} is off; `{command('make up')}` prints the reason.")
    where = ports()
    port = {"arbitrum": where.arbitrum, "tron": where.tron_node, "aptos": where.aptos}[name]
    return f"http://127.0.0.1:{port}"


def node(name: str) -> "EvmNode":
    """The development node of a chain. Raises ChainOff."""
    from infra.local.chains.evm_node import EvmNode

    return EvmNode(base_url(name))


def _settings(where: Ports) -> dict[str, dict[str, Any]]:
    from infra.local.simulators.aptos_ledger import USDT
    from mara.wallets.model import Network
    from mara.wiring.wallets import address_codec

    contract, final_s = bytes.fromhex(CONTRACT.removeprefix("0x")), read_timing().final_s
    urls = _urls(where)
    contracts = {
        name: address_codec().encode(Network(name), USDT if name == "aptos" else contract)
        for name in urls
    }
    return {
        name: {
            "urls": [url],
            "chain_id": CHAIN_IDS[name],
            "contract": contracts[name],
            "symbol": "USDT",
            "finality": "when the local chain has committed it"
            if name == "aptos"
            else f"when the local chain has made it final, within {final_s[name]:g} s",
            "eta_s": math.ceil(final_s.get(name, 0) + SCAN_PERIOD_S),
        }
        for name, url in urls.items()
    }


def _urls(where: Ports) -> dict[str, str]:
    return {
        "arbitrum": f"http://127.0.0.1:{where.arbitrum}",
        "tron": f"http://127.0.0.1:{where.tron}/jsonrpc",
        "aptos": f"http://127.0.0.1:{where.aptos}/v1",
    }


def _answers(name: str) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", getattr(ports(), name))) == 0
