"""A real anvil for tests, with a real token on it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.local.chains import anvil
from infra.local.chains.evm_node import EvmNode
from tests.support.local_cloud import until
from tests.support.ports import free_port

SLOTS = 4


@contextmanager
def anvil_node(folder: Path, chain_id: int = 42161) -> Iterator[EvmNode]:
    """Start a node; skip the test if there is neither anvil nor npm to install it."""
    try:
        program = anvil.ensure()
    except anvil.AnvilMissing as reason:
        pytest.skip(str(reason))
    port = free_port()
    server = anvil.start(
        program, port=port, chain_id=chain_id, log=folder / "anvil.log", slots=SLOTS
    )
    node = EvmNode(f"http://127.0.0.1:{port}")
    try:
        until("anvil answers", node.answers)
        yield node
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
