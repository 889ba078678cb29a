"""The next receive address from a stored public key, against a library's way from the seed."""

import time
from collections.abc import Callable
from statistics import median

from bip_utils import Bip39SeedGenerator, Bip44, Bip44Changes, Bip44Coins

from mara.kernel.secret import Secret
from mara.vault.adapters import bip39
from mara.vault.adapters.bip32 import PublicNode
from mara.vault.adapters.derivation import StandardDerivation, account_address, receive_address
from mara.vault.model import RECEIVING

ROUNDS = 7
ADDRESSES = 100
ENTROPY = bytes(range(32))


def run() -> None:
    keys = StandardDerivation().account_keys(Secret(bytearray(ENTROPY)))
    words = bytes(bip39.sentence(bytearray(ENTROPY)).reveal()).decode()
    seed = Bip39SeedGenerator(words).Generate()
    account = Bip44.FromSeed(seed, Bip44Coins.ETHEREUM).Purpose().Coin().Account(0)

    def ours(index: int) -> bytes:
        return receive_address(keys.evm, index)

    def ours_first(index: int) -> bytes:
        return account_address(PublicNode.of(keys.evm).child(RECEIVING).child(index).key)

    def from_the_seed(index: int) -> bytes:
        whole = Bip44.FromSeed(seed, Bip44Coins.ETHEREUM).Purpose().Coin().Account(0)
        return below(whole, index)

    def below(node: Bip44, index: int) -> bytes:
        key = node.Change(Bip44Changes.CHAIN_EXT).AddressIndex(index).PublicKey()
        return bytes.fromhex(key.ToAddress()[2:])

    def from_the_account(index: int) -> bytes:
        return below(account, index)

    ways = {
        "ours, the next one of an account": ours,
        "ours, the first one of an account": ours_first,
        "bip-utils, from the account's key": from_the_account,
        "bip-utils, from the seed": from_the_seed,
    }
    if len({way(7) for way in ways.values()}) != 1:
        raise RuntimeError("The ways lead to different addresses.")
    rates = compare(ways)
    for name, rate in rates.items():
        print(f"{name:36} {rate:8.0f} addresses/s {rate / min(rates.values()):6.1f} x")


def compare(ways: dict[str, Callable[[int], bytes]]) -> dict[str, float]:
    """Addresses a second of CPU, the median of interleaved rounds."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.process_time()
            for index in range(ADDRESSES):
                way(index)
            rates[name].append(ADDRESSES / (time.process_time() - began))
    return {name: median(found) for name, found in rates.items()}
