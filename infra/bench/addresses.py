"""Derives the addresses of a vault: from stored public keys, and from the seed."""

import time
from collections.abc import Callable, Mapping
from statistics import median

from mara.kernel.secret import Secret
from mara.wiring.vault import derivation

ROUNDS = 7
ADDRESSES = 40
"""Derivations per round."""


def run() -> None:
    """Print derivations per second of CPU; each gives an address on every network."""
    entropy = bytes(range(32))
    stored = derivation().derive_account_keys(Secret(bytearray(entropy)))

    def from_stored_keys(index: int) -> object:
        return derivation().derive_addresses(stored, index)

    def from_the_seed(index: int) -> object:
        keys = derivation().derive_account_keys(Secret(bytearray(entropy)))
        return derivation().derive_addresses(keys, index)

    if from_stored_keys(7) != from_the_seed(7):
        raise RuntimeError("The stored keys and the seed give different addresses.")
    rates = compare({"from stored public keys": from_stored_keys, "from the seed": from_the_seed})
    for name, rate in rates.items():
        print(f"{name:36} {rate:8.0f} derivations/s {rate / min(rates.values()):6.1f} x")


def compare(ways: Mapping[str, Callable[[int], object]]) -> dict[str, float]:
    """Calls per second of CPU time, by name: the median of interleaved rounds."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(ROUNDS):
        for name, way in ways.items():
            began = time.process_time()
            for number in range(ADDRESSES):
                way(turn * ADDRESSES + number)
            rates[name].append(ADDRESSES / (time.process_time() - began))
    return {name: median(found) for name, found in rates.items()}
