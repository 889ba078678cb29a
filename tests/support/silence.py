"""A seed that is known, every form in which a text could show it, and a search for them."""

import re
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from mara.kernel.secret import Secret
from mara.vault.adapters.derivation import StandardDerivation
from mara.vault.model import APTOS_KEY, EVM_ACCOUNT, TRON_ACCOUNT
from tests.support import bip39
from tests.support.bip32 import ExtendedPrivateKey
from tests.support.slip10 import private_key
from tests.support.vectors import path_of

ENTROPY = bytes.fromhex("b328635db0fe6391bd0eb7bcb2b4237a0819c2d085dc0e251875b2583bfc9040")
"""Of 24 words that occur in no text of ours nor of a library's log."""


class KnownDerivation(StandardDerivation):
    def generate_entropy(self) -> Secret:
        return Secret(bytearray(ENTROPY))


def assert_silent(text: str, others: Iterable[bytes] = ()) -> None:
    """The text shows neither the seed, nor a key derived from it, nor one of ``others``."""
    words = bytes(bip39.sentence(bytearray(ENTROPY)).reveal()).decode().split()
    assert len(words) == 24
    assert set(re.findall(r"[a-z]+", text.lower())) & set(words) == set()
    for spelling in _spellings(others):
        assert spelling not in text


def failure(act: Callable[[], Any], kind: type[Exception]) -> str:
    """As a tool shows it that prints every variable of every frame."""
    with pytest.raises(kind) as raised:
        act()
    shown = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    return "".join(shown.format()) + repr(raised.value) + str(vars(raised.value))


def _spellings(others: Iterable[bytes]) -> Iterator[str]:
    """Of the seed and of all keys that follow from it."""
    secrets = [ENTROPY, *others]
    with bip39.seed(bytearray(ENTROPY)) as seed:
        secrets.append(bytes(seed))
        root = ExtendedPrivateKey.of_seed(seed)
        secrets.append(root.reveal())
        for account in (EVM_ACCOUNT, TRON_ACCOUNT):
            path = path_of(account)
            secrets += [root.derive(path).reveal(), root.derive((*path, 0, 0)).reveal()]
        secrets.append(bytes(private_key(seed, path_of(APTOS_KEY)).reveal()))
    for secret in secrets:
        yield secret.hex()
        yield b64encode(secret).decode()
        yield repr(secret)[2:-1]
        yield repr(bytearray(secret))[12:-2]
        yield str(int.from_bytes(secret, "big"))
