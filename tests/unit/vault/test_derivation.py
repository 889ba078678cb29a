"""A library that fails while it holds a seed reveals nothing of it."""

import logging
from typing import Any

import bip_utils
import mnemonic
import pytest

from mara.kernel.secret import Secret
from mara.vault.errors import DerivationFailed
from tests.support import bip39
from tests.support.silence import ENTROPY, KnownDerivation, assert_silent, failure

SENTENCE = bytes(bip39.sentence(bytearray(ENTROPY)).reveal()).decode()
STEPS: dict[str, tuple[type, str]] = {
    "the words": (mnemonic.Mnemonic, "to_mnemonic"),
    "the seed": (mnemonic.Mnemonic, "to_seed"),
    "the root on secp256k1": (bip_utils.Bip32Slip10Secp256k1, "FromSeed"),
    "the keys on secp256k1": (bip_utils.Bip32Slip10Secp256k1, "DerivePath"),
    "the root on Ed25519": (bip_utils.Bip32Slip10Ed25519, "FromSeed"),
    "the keys on Ed25519": (bip_utils.Bip32Slip10Ed25519, "DerivePath"),
    "the public keys": (bip_utils.Bip32Slip10Secp256k1, "PublicKey"),
    "the chain code": (bip_utils.Bip32Slip10Secp256k1, "ChainCode"),
}


def derive() -> object:
    derivation = KnownDerivation()
    return derivation.derive_account_keys(derivation.generate_entropy())


def fail_with_all_that_is_known(*arguments: Any) -> None:
    raise RuntimeError(f"{arguments} {SENTENCE} {ENTROPY!r} {ENTROPY.hex()}")


@pytest.mark.parametrize(("owner", "name"), STEPS.values(), ids=STEPS)
def test_a_failing_library_is_silent(
    owner: type, name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Invariant 4, where the code that holds the seed is not ours."""
    monkeypatch.setattr(owner, name, fail_with_all_that_is_known)
    with caplog.at_level(logging.DEBUG):
        shown = failure(derive, DerivationFailed)
        with pytest.raises(DerivationFailed) as raised:
            derive()
        logging.getLogger(__name__).error("shown", exc_info=raised.value)
    assert raised.value.__context__ is None
    assert raised.value.__cause__ is None
    assert "A library raised RuntimeError in test_derivation.py" in shown
    assert "DerivationFailed" in caplog.text
    assert_silent(shown + caplog.text)


def test_the_failure_itself_would_not_be_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the test above would hold of anything."""
    monkeypatch.setattr(mnemonic.Mnemonic, "to_seed", fail_with_all_that_is_known)
    leak = failure(lambda: mnemonic.Mnemonic.to_seed(SENTENCE), RuntimeError)
    with pytest.raises(AssertionError):
        assert_silent(leak)


@pytest.mark.parametrize("length", [0, 15, 31, 33])
def test_entropy_of_a_wrong_length_is_refused(length: int) -> None:
    with pytest.raises(DerivationFailed, match=r"ValueError in mnemonic\.py"):
        KnownDerivation().derive_account_keys(Secret(bytearray(length)))


def test_no_library_logs_or_prints_while_it_derives(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        keys = derive()
    printed = capfd.readouterr()
    assert printed.out + printed.err + caplog.text == ""
    assert_silent(repr(keys))
