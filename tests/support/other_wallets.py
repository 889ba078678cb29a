"""What other implementations of the standards make of a sentence: two that share no code with ours
nor with each other, and one for Aptos that was written here by the letter of SLIP-10.
"""

import hashlib
import hmac

import ecdsa
from bip_utils import Bip39SeedGenerator, Bip44, Bip44Changes, Bip44Coins
from eth_account import Account
from mnemonic import Mnemonic

COINS = {
    "arbitrum": Bip44Coins.ETHEREUM,
    "tron": Bip44Coins.TRON,
    "aptos": Bip44Coins.APTOS,
}
PATHS = {"arbitrum": "m/44'/60'/0'/0", "tron": "m/44'/195'/0'/0"}


def by_bip_utils(sentence: str, index: int = 0) -> dict[str, str]:
    """The addresses in the spelling of each network."""
    seed = Bip39SeedGenerator(sentence).Generate()
    found = {}
    for network, coin in COINS.items():
        account = Bip44.FromSeed(seed, coin).Purpose().Coin().Account(0)
        key = account.Change(Bip44Changes.CHAIN_EXT)
        # Aptos has the one address of the path m/44'/637'/0'/0'/0'.
        key = key.AddressIndex(0 if network == "aptos" else index)
        found[network] = str(key.PublicKey().ToAddress())
    return found


def by_eth_account(sentence: str, index: int = 0) -> dict[str, bytes]:
    Account.enable_unaudited_hdwallet_features()
    return {
        network: bytes.fromhex(
            Account.from_mnemonic(sentence, account_path=f"{path}/{index}").address[2:]
        )
        for network, path in PATHS.items()
    }


def aptos_by_the_letter(sentence: str) -> bytes:
    """Of the seed that `mnemonic` makes, with the Ed25519 of `ecdsa`."""
    node = hmac.new(b"ed25519 seed", Mnemonic.to_seed(sentence), hashlib.sha512).digest()
    for index in (44, 637, 0, 0, 0):
        data = b"\0" + node[:32] + (index + 2**31).to_bytes(4, "big")
        node = hmac.new(node[32:], data, hashlib.sha512).digest()
    key = ecdsa.SigningKey.from_string(node[:32], curve=ecdsa.Ed25519)
    return hashlib.sha3_256(key.get_verifying_key().to_string() + b"\0").digest()
