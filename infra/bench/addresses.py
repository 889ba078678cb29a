"""Receive addresses from stored public keys, against a library's way from the seed."""

import time
from collections.abc import Callable, Mapping
from statistics import median

from bip_utils import Bip44, Bip44Changes, Bip44Coins
from mnemonic import Mnemonic

from mara.kernel.secret import Secret
from mara.vault.model import Addresses
from mara.wiring.vault import derivation

ROUNDS = 7
ADDRESSES = 100
ACCOUNTS = 200
"""More than are remembered, so that each is met as if for the first time."""

COINS = (Bip44Coins.ETHEREUM, Bip44Coins.TRON)
WORDS = "test " * 11 + "junk"
Way = Callable[[int], object]


def run() -> None:
    entropy = bytes(Mnemonic("english").to_entropy(WORDS))
    keys = derivation().derive_account_keys(Secret(bytearray(entropy)))
    many = [
        derivation().derive_account_keys(Secret(bytearray(number.to_bytes(32, "big"))))
        for number in range(ACCOUNTS)
    ]
    seed = Mnemonic.to_seed(WORDS)
    accounts = [Bip44.FromSeed(seed, coin).Purpose().Coin().Account(0) for coin in COINS]

    def ours(index: int) -> Addresses:
        return derivation().derive_addresses(keys, index)

    def from_the_seed(index: int) -> list[str]:
        whole = [Bip44.FromSeed(seed, coin).Purpose().Coin().Account(0) for coin in COINS]
        return [below(account, index) for account in whole]

    if ours(7).arbitrum != bytes.fromhex(from_the_seed(7)[0][2:]):
        raise RuntimeError("The ways lead to different addresses.")
    ways: dict[str, Way] = {
        "ours, the next ones of an account": ours,
        "ours, the first ones of an account": lambda i: derivation().derive_addresses(many[i], 0),
        "bip-utils, from the accounts' keys": lambda i: [below(a, i) for a in accounts],
        "bip-utils, from the seed": from_the_seed,
    }
    rates = compare(ways)
    for name, rate in rates.items():
        print(f"{name:36} {rate:8.0f} pairs/s {rate / min(rates.values()):6.1f} x")


def below(account: Bip44, index: int) -> str:
    key = account.Change(Bip44Changes.CHAIN_EXT).AddressIndex(index)
    return str(key.PublicKey().ToAddress())


def compare(ways: Mapping[str, Way]) -> dict[str, float]:
    """Of Arbitrum's and Tron's address, pairs a second of CPU: the median of interleaved rounds."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(ROUNDS):
        for name, way in ways.items():
            began = time.process_time()
            for number in range(ADDRESSES):
                way((turn * ADDRESSES + number) % ACCOUNTS)
            rates[name].append(ADDRESSES / (time.process_time() - began))
    return {name: median(found) for name, found in rates.items()}
