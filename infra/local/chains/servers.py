"""The chains of the local cloud: which of them run on this machine, where, and what is on them.

Arbitrum and Tron are anvils, Tron behind the limits of its own nodes; Aptos is our simulator. Their
state outlives the servers. What has no server is off, and the rest of the cloud works without it.
"""

import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.local.chains import anvil
from infra.local.processes import spawn
from infra.local.settings import Ports, ports

if TYPE_CHECKING:
    import subprocess

    from infra.local.chains.evm_node import EvmNode

CHAIN_IDS = {"arbitrum": 31337, "tron": 31338, "aptos": 4}
"""Of development chains: what is signed for one of them is worth nothing on the real one."""

SLOTS = 2
"""Blocks to ``safe``, and half of those to ``finalized``."""

CONTRACT = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
"""Of the test USDT on both: the address of the first contract that anvil's first account makes."""

READY_TIMEOUT_S = 20.0
POLL_S = 0.05


class ChainOff(RuntimeError):
    """Why the chain does not run here, and what to do about it."""


def start(folder: Path, where: Ports) -> "list[subprocess.Popen[bytes]]":
    """Those that can run here."""
    state = folder / "chains"
    state.mkdir(exist_ok=True)
    started = [_simulator("aptos", state, where.aptos, "--state", str(state / "aptos.json"))]
    program = anvil.find()
    if program is None:
        return started
    for name, port in (("arbitrum", where.arbitrum), ("tron", where.tron_node)):
        node = anvil.start(
            program,
            port=port,
            chain_id=CHAIN_IDS[name],
            log=state / f"{name}.log",
            state=state / f"{name}.json",
            slots=SLOTS,
        )
        started.append(node)
    url = f"http://127.0.0.1:{where.tron_node}"
    return [*started, _simulator("tron", state, where.tron, "--node", url)]


def _simulator(name: str, state: Path, port: int, *options: str) -> "subprocess.Popen[bytes]":
    module = f"infra.local.simulators.{name}"
    command = [sys.executable, "-m", module, "--port", str(port), *options]
    return spawn(command, log=state / f"{name}-api.log")


def install() -> str | None:
    """See to it that there is an anvil; why there is none, where there is none."""
    try:
        anvil.ensure()
    except anvil.AnvilMissing as error:
        return str(error)
    return None


def prepare() -> None:
    """Wait for those that were started, and deploy the test USDT where it is missing.

    Raises ChainOff where one that was started does not answer.
    """
    give_up_at = time.monotonic() + READY_TIMEOUT_S
    expected = ["aptos"] if anvil.find() is None else list(CHAIN_IDS)
    while not all(_answers(name) for name in expected):
        if time.monotonic() > give_up_at:
            silent = ", ".join(name for name in expected if not _answers(name))
            raise ChainOff(f"No answer of {silent}: `make down`, and `make up` again.")
        time.sleep(POLL_S)
    for name in set(expected) - {"aptos"}:
        chain = node(name)
        if not chain.is_deployed(CONTRACT):
            chain.deploy()


def settings() -> dict[str, Any]:
    """MARA_CHAINS of those that answer."""
    return {name: own for name, own in _settings(ports()).items() if _answers(name)}


def describe() -> Mapping[str, str]:
    """By name: where it is, or that it is off."""
    addresses = {name: own["urls"][0] for name, own in _settings(ports()).items()}
    return {name: url if _answers(name) else "off" for name, url in addresses.items()}


def base_url(name: str) -> str:
    """Of the server that development tools talk to. Raises ChainOff."""
    if not _answers(name):
        raise ChainOff(f"{name} is off; `make up` says why.")
    where = ports()
    port = {"arbitrum": where.arbitrum, "tron": where.tron_node, "aptos": where.aptos}[name]
    return f"http://127.0.0.1:{port}"


def node(name: str) -> "EvmNode":
    """Raises ChainOff."""
    from infra.local.chains.evm_node import EvmNode

    return EvmNode(base_url(name))


def _settings(where: Ports) -> dict[str, dict[str, Any]]:
    from infra.local.simulators.aptos import USDT
    from mara.wallets.model import Network
    from mara.wiring.wallets import address_codec

    contract = bytes.fromhex(CONTRACT.removeprefix("0x"))
    urls = {
        "arbitrum": f"http://127.0.0.1:{where.arbitrum}",
        "tron": f"http://127.0.0.1:{where.tron}/jsonrpc",
        "aptos": f"http://127.0.0.1:{where.aptos}/v1",
    }
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
        }
        for name, url in urls.items()
    }


def _answers(name: str) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", getattr(ports(), name))) == 0
