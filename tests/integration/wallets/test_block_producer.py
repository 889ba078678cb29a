"""The blocks of the local chains, on a real node."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.local.chains import block_producer
from infra.local.chains.block_producer import Chain
from infra.local.chains.evm_node import EvmNode
from tests.support.anvil import SLOTS, anvil_node
from tests.support.local_cloud import until

PERIOD_S = 0.1


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvmNode]:
    with anvil_node(tmp_path_factory.mktemp("node")) as started:
        yield started


@contextmanager
def producer(folder: Path, url: str) -> Iterator[None]:
    command = [sys.executable, "-m", block_producer.__name__, "--period", str(PERIOD_S)]
    process = subprocess.Popen([*command, "--folder", str(folder), f"arbitrum={url}"])
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


class TestBlocks:
    def test_are_mined_and_make_a_transaction_final(self, node: EvmNode, tmp_path: Path) -> None:
        node.deploy()
        block = node.number()
        with producer(tmp_path, node.url):
            until("the transaction is final", lambda: node.number("finalized") >= block, 20)
        assert node.number() >= block + 2 * SLOTS

    def test_are_not_mined_after_a_pause_until_they_are_resumed(
        self, node: EvmNode, tmp_path: Path
    ) -> None:
        with producer(tmp_path, node.url):
            start = node.number()
            until("a block is mined", lambda: node.number() > start)
            assert block_producer.pause(tmp_path, "arbitrum")
            assert not block_producer.pause(tmp_path, "arbitrum")
            paused_at = node.number()
            other = Chain("arbitrum", node.url)
            for _ in range(5):  # ticks that this process makes itself, and those of the producer
                other.tick(tmp_path)
            assert node.number() == paused_at
            assert block_producer.resume(tmp_path, "arbitrum")
            assert not block_producer.resume(tmp_path, "arbitrum")
            until("a block is mined", lambda: node.number() > paused_at)

    def test_become_rare_without_transactions(
        self, node: EvmNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(block_producer, "IDLE_AFTER_S", 0.0)
        chain = Chain("arbitrum", node.url)
        before = node.number()
        for _ in range(5):
            chain.tick(tmp_path)
        assert node.number() == before + 1
        monkeypatch.setattr(block_producer, "IDLE_AFTER_S", 600.0)
        node.deploy()
        for _ in range(3):
            chain.tick(tmp_path)
        assert node.number() == before + 1 + 1 + 3

    def test_wait_for_a_node_that_does_not_answer(self, tmp_path: Path) -> None:
        chain = Chain("tron", "http://127.0.0.1:1")
        chain.tick(tmp_path)
        assert chain.number == -1
