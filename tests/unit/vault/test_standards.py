"""Keys and addresses equal the published vectors, an oracle written here, and other wallets."""

import hashlib
import random
from dataclasses import replace
from itertools import count

import pytest
from bip_utils import (
    Base58Decoder,
    Bip32KeyError,
    Bip32PublicKey,
    Bip32Slip10Ed25519,
    Bip32Slip10Secp256k1,
)
from coincurve import PublicKey
from Crypto.Hash import keccak
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st
from mnemonic import Mnemonic

from mara.kernel.secret import Secret
from mara.vault.adapters.derivation import StandardDerivation
from mara.vault.model import APTOS_KEY, EVM_ACCOUNT, TRON_ACCOUNT, AccountKeys, ExtendedPublicKey
from tests.support import bip39, slip10
from tests.support.bip32 import HARDENED, ExtendedPrivateKey, PublicNode
from tests.support.other_wallets import aptos_by_the_letter, by_bip_utils, by_eth_account
from tests.support.vectors import path_of, published, wycheproof

DERIVATION = StandardDerivation()
KNOWN_SENTENCE = "test " * 11 + "junk"
"""Of every development chain of Ethereum's kind."""

STORED = {
    "evm": "03bc80c9d3f7bcf84e92f3d104dbf3f6a60881f4c53789428a8448689c1712a9c7"
    "12aa17e7edfea4d74b6918dc06867d83837d0476079d5e86ca2fee2bc108f8ca",
    "tron": "03d39b623bcd698cf9251a0ae189d272677ed5ebe0172312bb0ba223710dd582d0"
    "9ab6f2b18e74aa188e4abf5a61832c047903d0320f121e1c68cbef3190c8b4c7",
    "aptos": "f53c5e27e6165daeb7da3ef90c8e9c497bdfc9014776936b04c9bb5ce61afd0b",
}
"""Of the entropy 00 01 02 … 1f, as the database holds them."""

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of secp256k1."""


def is_low(signature: bytes) -> bool:
    """Of the two values of s, libsecp256k1 takes the smaller alone, as chains do (EIP-2)."""
    return decode_dss_signature(signature)[1] <= ORDER // 2


def entropies() -> list[bytes]:
    """Of 24 words: some at random, some of which something has leading zeros."""
    drawn = random.Random(7)
    return [bytes(32), b"\xff" * 32, *(drawn.randbytes(32) for _ in range(6))]


def keys_of(entropy: bytes) -> AccountKeys:
    return DERIVATION.derive_account_keys(Secret(bytearray(entropy)))


def oracle_keys(entropy: bytes) -> AccountKeys:
    with bip39.seed(bytearray(entropy)) as seed:
        root = ExtendedPrivateKey.of_seed(seed)
        return AccountKeys(
            evm=root.derive(path_of(EVM_ACCOUNT)).public(),
            tron=root.derive(path_of(TRON_ACCOUNT)).public(),
            aptos=slip10.public_key(seed, path_of(APTOS_KEY)),
        )


def oracle_address(account: ExtendedPublicKey, index: int) -> bytes:
    """The end of the Keccak-256 of the point (Ethereum's yellow paper, section 7)."""
    key = PublicNode.of(account).child(0).child(index).key
    return keccak.new(digest_bits=256, data=key.format(compressed=False)[1:]).digest()[-20:]


def raw(key: Bip32PublicKey) -> bytes:
    content: bytes = key.RawCompressed().ToBytes()
    return content


class TestWords:
    @pytest.mark.parametrize("vector", published("bip39"), ids=lambda v: v["entropy"])
    def test_are_those_of_bip_39(self, vector: dict[str, str]) -> None:
        entropy = bytes.fromhex(vector["entropy"])
        assert Mnemonic("english").to_mnemonic(entropy) == vector["sentence"]
        assert Mnemonic.to_seed(vector["sentence"], "TREZOR").hex() == vector["seed"]

    @pytest.mark.parametrize("vector", published("bip39"), ids=lambda v: v["entropy"])
    def test_of_the_oracle_are_those_of_bip_39(self, vector: dict[str, str]) -> None:
        entropy = bytearray.fromhex(vector["entropy"])
        assert bip39.sentence(entropy).reveal().decode() == vector["sentence"]
        assert bip39.seed(entropy, b"TREZOR").reveal().hex() == vector["seed"]

    def test_are_those_of_another_implementation(self) -> None:
        english = Mnemonic("english")
        for entropy in entropies():
            words = bip39.sentence(bytearray(entropy)).reveal().decode()
            assert words == english.to_mnemonic(entropy)
            assert len(words.split()) == 24
            assert bip39.seed(bytearray(entropy)).reveal() == Mnemonic.to_seed(words)

    def test_of_a_new_vault_are_never_those_of_another(self) -> None:
        drawn = {bytes(DERIVATION.generate_entropy().reveal()) for _ in range(100)}
        assert len(drawn) == 100
        assert {len(entropy) for entropy in drawn} == {32}


class TestKeysOnSecp256k1:
    @pytest.mark.parametrize("vector", published("bip32"), ids=lambda v: v["path"])
    def test_are_those_of_bip_32(self, vector: dict[str, str]) -> None:
        node = Bip32Slip10Secp256k1.FromSeed(bytes.fromhex(vector["seed"]))
        node = node.DerivePath(vector["path"])
        assert node.PrivateKey().Raw().ToHex() == vector["private_key"]
        assert node.PublicKey().RawCompressed().ToHex() == vector["public_key"]
        assert node.ChainCode().ToHex() == vector["chain_code"]

    @pytest.mark.parametrize("vector", published("bip32"), ids=lambda v: v["path"])
    def test_of_the_oracle_are_those_of_bip_32(self, vector: dict[str, str]) -> None:
        root = ExtendedPrivateKey.of_seed(bytearray.fromhex(vector["seed"]))
        node = root.derive(path_of(vector["path"]))
        assert node.reveal().hex() == vector["private_key"]
        assert node.public().public_key.hex() == vector["public_key"]
        assert node.public().chain_code.hex() == vector["chain_code"]

    def test_follow_from_a_public_key_as_from_the_private_one(self) -> None:
        for entropy in entropies():
            root = ExtendedPrivateKey.of_seed(bytearray(entropy))
            library = Bip32Slip10Secp256k1.FromSeed(entropy)
            for path in [(0, 0), (0, 1), (1, 2**31 - 1)]:
                public, neutered = PublicNode.of(root.public()), library
                neutered.ConvertToPublic()
                for index in path:
                    public, neutered = public.child(index), neutered.ChildKey(index)
                expected = root.derive(path).public().public_key
                assert public.key.format() == expected == raw(neutered.PublicKey())

    def test_do_not_follow_from_a_public_key_where_they_are_hardened(self) -> None:
        keys = keys_of(bytes(32))
        with pytest.raises(ValueError, match="hardened"):
            PublicNode.of(keys.evm).child(HARDENED)
        with pytest.raises(Bip32KeyError, match="hardened"):
            DERIVATION.derive_addresses(keys, HARDENED)


class TestKeysOnEd25519:
    @pytest.mark.parametrize("vector", published("slip10_ed25519"), ids=lambda v: v["path"])
    def test_are_those_of_slip_10(self, vector: dict[str, str]) -> None:
        node = Bip32Slip10Ed25519.FromSeed(bytes.fromhex(vector["seed"]))
        node = node.DerivePath(vector["path"])
        assert node.PrivateKey().Raw().ToHex() == vector["private_key"]
        assert raw(node.PublicKey()).hex() == "00" + vector["public_key"]

    @pytest.mark.parametrize("vector", published("slip10_ed25519"), ids=lambda v: v["path"])
    def test_of_the_oracle_are_those_of_slip_10(self, vector: dict[str, str]) -> None:
        seed, path = bytearray.fromhex(vector["seed"]), path_of(vector["path"])
        assert slip10.private_key(seed, path).reveal().hex() == vector["private_key"]
        assert slip10.public_key(seed, path).hex() == vector["public_key"]

    def test_are_hardened_throughout(self) -> None:
        with pytest.raises(ValueError, match="hardened"):
            slip10.private_key(bytearray(32), (HARDENED, 0))
        with pytest.raises(Bip32KeyError, match="not-hardened"):
            Bip32Slip10Ed25519.FromSeed(bytes(32)).ChildKey(0)


class TestAccountKeys:
    @given(st.binary(min_size=32, max_size=32))
    @settings(max_examples=60, deadline=None)
    def test_equal_those_of_the_oracle(self, entropy: bytes) -> None:
        keys = keys_of(entropy)
        assert keys == oracle_keys(entropy)
        assert [len(keys.evm.public_key), len(keys.evm.chain_code), len(keys.aptos)] == [33, 32, 32]

    def test_of_stored_vaults_do_not_change(self) -> None:
        """Made before bip-utils derived them: a wallet's address is for ever."""
        keys = keys_of(bytes(range(32)))
        assert (keys.evm.public_key + keys.evm.chain_code).hex() == STORED["evm"]
        assert (keys.tron.public_key + keys.tron.chain_code).hex() == STORED["tron"]
        assert keys.aptos.hex() == STORED["aptos"]
        addresses = DERIVATION.derive_addresses(keys, 0)
        assert addresses.arbitrum.hex() == "f9297b542bdb5da50c364f9ae4cbe1f3933ba40f"
        assert addresses.tron.hex() == "9b69af96364ccf8697504fc1da495a460b12f805"
        assert addresses.aptos.hex() == (
            "abe5d4bdc505cda6a60a0ce7ac2d4a8ee9ff2c112fffa97e92cdb7db29ab4135"
        )


class TestAddresses:
    @pytest.mark.parametrize("entropy", entropies(), ids=lambda entropy: entropy.hex()[:8])
    @pytest.mark.parametrize("index", [0, 1, 2**31 - 1])
    def test_are_those_of_two_other_implementations(self, entropy: bytes, index: int) -> None:
        sentence = Mnemonic("english").to_mnemonic(entropy)
        ours = DERIVATION.derive_addresses(keys_of(entropy), index)
        spelt, raw = by_bip_utils(sentence, index), by_eth_account(sentence, index)
        assert ours.arbitrum == raw["arbitrum"] == bytes.fromhex(spelt["arbitrum"][2:])
        assert ours.tron == raw["tron"] == Base58Decoder.CheckDecode(spelt["tron"])[1:]
        # bip-utils drops leading zeros of Aptos addresses.
        assert ours.aptos == bytes.fromhex(spelt["aptos"][2:].zfill(64))
        assert ours.aptos == aptos_by_the_letter(sentence)

    @given(st.binary(min_size=32, max_size=32), st.integers(0, HARDENED - 1))
    @settings(max_examples=60, deadline=None)
    def test_equal_those_of_the_oracle(self, entropy: bytes, index: int) -> None:
        keys = oracle_keys(entropy)
        found = DERIVATION.derive_addresses(keys, index)
        assert found.arbitrum == oracle_address(keys.evm, index)
        assert found.tron == oracle_address(keys.tron, index)

    def test_are_the_ones_that_everybody_knows(self) -> None:
        entropy = Mnemonic("english").to_entropy(KNOWN_SENTENCE)
        addresses = DERIVATION.derive_addresses(keys_of(bytes(entropy)), 0)
        assert addresses.arbitrum.hex() == "f39fd6e51aad88f6f4ce6ab8827279cfffb92266"

    def test_of_another_number_need_no_private_key(self) -> None:
        keys = keys_of(bytes(32))
        found = {DERIVATION.derive_addresses(keys, index).arbitrum for index in range(20)}
        assert len(found) == 20
        assert all(len(address) == 20 for address in found)

    def test_on_aptos_keep_their_leading_zeros(self) -> None:
        """bip-utils can trim them, and its Bip44 does."""
        keys = keys_of(bytes(32))
        publics = (
            Ed25519PrivateKey.from_private_bytes(n.to_bytes(32, "big")).public_key()
            for n in count()
        )
        for public in (key.public_bytes_raw() for key in publics):
            expected = hashlib.sha3_256(public + b"\0").digest()
            if expected.startswith(b"\0"):
                break
        assert DERIVATION.derive_addresses(replace(keys, aptos=public), 0).aptos == expected


class TestLibraries:
    """Wycheproof's vectors, on what our keys are made with and signatures will be."""

    def test_of_secp256k1_take_good_signatures_and_no_other(self) -> None:
        judged = 0
        for group, test in wycheproof("ecdsa_secp256k1_sha256"):
            key = PublicKey(bytes.fromhex(group["publicKey"]["uncompressed"]))
            signature, message = bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"])
            try:
                taken = key.verify(signature, message)
            except ValueError:
                taken = False
            assert taken == (test["result"] == "valid" and is_low(signature)), test
            judged += taken
        assert judged > 80

    def test_of_ed25519_take_good_signatures_and_no_other(self) -> None:
        judged = 0
        for group, test in wycheproof("ed25519"):
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(group["publicKey"]["pk"]))
            try:
                key.verify(bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            except InvalidSignature:
                taken = False
            else:
                taken = True
            assert taken == (test["result"] == "valid"), test
            judged += 1
        assert judged > 100


def test_an_address_is_that_of_a_key_whatever_its_form() -> None:
    keys = keys_of(bytes(32))
    uncompressed = PublicKey(keys.evm.public_key).format(compressed=False)
    same = AccountKeys(ExtendedPublicKey(uncompressed, keys.evm.chain_code), keys.tron, keys.aptos)
    assert DERIVATION.derive_addresses(same, 3) == DERIVATION.derive_addresses(keys, 3)
