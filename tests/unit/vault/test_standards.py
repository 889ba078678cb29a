"""Keys and addresses are those of the published vectors, and of other people's wallets."""

import random

import pytest
from bip_utils import Base58Decoder
from coincurve import PublicKey
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from mnemonic import Mnemonic

from mara.kernel.secret import Secret
from mara.vault.adapters import bip39, slip10
from mara.vault.adapters.bip32 import ExtendedPrivateKey, PublicNode
from mara.vault.adapters.derivation import StandardDerivation, account_address, receive_address
from mara.vault.model import HARDENED, AccountKeys, ExtendedPublicKey
from tests.support.other_wallets import aptos_by_the_letter, by_bip_utils, by_eth_account
from tests.support.vectors import path_of, published, wycheproof

DERIVATION = StandardDerivation()
KNOWN_SENTENCE = "test " * 11 + "junk"
"""Of every development chain of Ethereum's kind."""


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


class TestWords:
    @pytest.mark.parametrize("vector", published("bip39"), ids=lambda v: v["entropy"])
    def test_are_those_of_bip_39(self, vector: dict[str, str]) -> None:
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
        root = ExtendedPrivateKey.of_seed(bytearray.fromhex(vector["seed"]))
        node = root.derive(path_of(vector["path"]))
        assert node.reveal().hex() == vector["private_key"]
        assert node.public().public_key.hex() == vector["public_key"]
        assert node.public().chain_code.hex() == vector["chain_code"]

    def test_follow_from_a_public_key_as_from_the_private_one(self) -> None:
        for entropy in entropies():
            root = ExtendedPrivateKey.of_seed(bytearray(entropy))
            for path in [(0, 0), (0, 1), (1, 2**31 - 1)]:
                public = PublicNode.of(root.public())
                for index in path:
                    public = public.child(index)
                assert public.key.format() == root.derive(path).public().public_key

    def test_do_not_follow_from_a_public_key_where_they_are_hardened(self) -> None:
        root = ExtendedPrivateKey.of_seed(bytearray(32)).public()
        with pytest.raises(ValueError, match="hardened"):
            PublicNode.of(root).child(HARDENED)

    def test_show_no_content(self) -> None:
        key = ExtendedPrivateKey.of_seed(bytearray(32))
        for shown in (repr(key), str(key), f"{key}"):
            assert key.reveal().hex() not in shown
            assert repr(key.reveal()) not in shown


class TestKeysOnEd25519:
    @pytest.mark.parametrize("vector", published("slip10_ed25519"), ids=lambda v: v["path"])
    def test_are_those_of_slip_10(self, vector: dict[str, str]) -> None:
        seed, path = bytearray.fromhex(vector["seed"]), path_of(vector["path"])
        assert slip10.private_key(seed, path).reveal().hex() == vector["private_key"]
        assert slip10.public_key(seed, path).hex() == vector["public_key"]

    def test_are_hardened_throughout(self) -> None:
        with pytest.raises(ValueError, match="hardened"):
            slip10.private_key(bytearray(32), (HARDENED, 0))


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

    def test_are_the_ones_that_everybody_knows(self) -> None:
        entropy = Mnemonic("english").to_entropy(KNOWN_SENTENCE)
        addresses = DERIVATION.derive_addresses(keys_of(bytes(entropy)), 0)
        assert addresses.arbitrum.hex() == "f39fd6e51aad88f6f4ce6ab8827279cfffb92266"

    def test_of_another_number_need_no_private_key(self) -> None:
        keys = keys_of(bytes(32))
        found = {receive_address(keys.evm, index) for index in range(20)}
        assert len(found) == 20
        assert all(len(address) == 20 for address in found)


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
    key = ExtendedPrivateKey.of_seed(bytearray(32)).public()
    assert isinstance(key, ExtendedPublicKey)
    assert account_address(PublicKey(key.public_key)) == account_address(
        PublicKey(PublicKey(key.public_key).format(compressed=False))
    )
