"""Mines a block on the local chains every few seconds, as public chains do.

anvil mines a block for each transaction at once; without further blocks none would become final.
After ``IDLE_AFTER_S`` without a transaction a chain gets a block per ``IDLE_PERIOD_S`` only: its
state is written to disk every second, and a night of blocks would make that slow.
"""

import argparse
import fcntl
import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

IDLE_AFTER_S = 600.0
IDLE_PERIOD_S = 60.0
TIMEOUT_S = 5.0

_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def pause(folder: Path, name: str) -> bool:
    """Mine no further block by itself; False if the chain was paused. Waits for a block begun."""
    with _locked(folder, name):
        was_paused = is_paused(folder, name)
        _marker(folder, name).touch()
    return not was_paused


def resume(folder: Path, name: str) -> bool:
    """Mine blocks again; False if the chain was not paused."""
    was_paused = is_paused(folder, name)
    _marker(folder, name).unlink(missing_ok=True)
    return was_paused


def is_paused(folder: Path, name: str) -> bool:
    """Whether the chain mines no block by itself."""
    return _marker(folder, name).exists()


@dataclass
class Chain:
    """One chain; ``number`` is its latest block as of the last tick."""

    name: str
    url: str
    number: int = -1
    active_at: float = field(default_factory=time.monotonic)
    mined_at: float = float("-inf")

    def tick(self, folder: Path) -> None:
        """Mine a block if one is due; a node that does not answer is tried again."""
        with _locked(folder, self.name):
            if is_paused(folder, self.name):
                self.active_at = time.monotonic()
                return
            with suppress(OSError, ValueError, KeyError):
                self._mine_if_due()

    def _mine_if_due(self) -> None:
        number = int(self._call("eth_blockNumber"), 16)
        self._note(number)
        if self._is_due():
            self._call("evm_mine")
            self.number, self.mined_at = number + 1, time.monotonic()

    def _note(self, number: int) -> None:
        """A block that this process did not mine is the block of a transaction."""
        if number != self.number:
            self.number, self.active_at = number, time.monotonic()

    def _is_due(self) -> bool:
        now = time.monotonic()
        is_idle = now - self.active_at > IDLE_AFTER_S
        return not is_idle or now - self.mined_at >= IDLE_PERIOD_S

    def _call(self, method: str) -> Any:
        """Raises OSError, ValueError, KeyError."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": []})
        request = urllib.request.Request(  # noqa: S310 - a URL of this machine
            self.url, body.encode(), {"content-type": "application/json"}
        )
        with _open(request, timeout=TIMEOUT_S) as answer:
            return json.load(answer)["result"]


def main() -> None:
    """Mine until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--period", type=float, required=True, help="seconds between two blocks")
    parser.add_argument("--folder", type=Path, required=True, help="where pauses are kept")
    parser.add_argument("chains", nargs="+", help="NAME=URL of each node")
    options = parser.parse_args()
    chains = [Chain(*text.split("=", 1)) for text in options.chains]
    due = time.monotonic()
    while True:
        due = max(due + options.period, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))
        for chain in chains:
            chain.tick(options.folder)


@contextmanager
def _locked(folder: Path, name: str) -> Iterator[None]:
    """Between processes, so that no block follows a pause."""
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _marker(folder: Path, name: str) -> Path:
    return folder / f"{name}.paused"


if __name__ == "__main__":
    main()
