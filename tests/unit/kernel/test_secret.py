"""A secret is shown nowhere, and wiped."""

import copy
import pickle
import traceback

import pytest

from mara.kernel.envelope import DataKey, EncryptedValue, WrappedKey
from mara.kernel.secret import Secret

CONTENT = b"correct horse battery staple"


def a_secret() -> Secret:
    return Secret(bytearray(CONTENT))


class TestSecret:
    def test_shows_its_length_alone(self) -> None:
        secret = a_secret()
        for shown in (repr(secret), str(secret), f"{secret}", f"{[secret]}"):
            assert "28 bytes" in shown
            assert "horse" not in shown

    def test_is_wiped_at_the_end_of_the_block_that_uses_it(self) -> None:
        secret = a_secret()
        with secret as buffer:
            assert buffer == CONTENT
        assert buffer == bytes(28)
        assert secret.reveal() is buffer

    def test_is_wiped_when_the_block_fails(self) -> None:
        secret = a_secret()
        with pytest.raises(RuntimeError), secret as buffer:
            raise RuntimeError
        assert buffer == bytes(28)

    def test_cannot_be_copied_or_sent(self) -> None:
        for leave in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="not pickled"):
                leave(a_secret())

    def test_is_not_in_the_repr_of_what_holds_it(self) -> None:
        wrapped = WrappedKey("key-1", CONTENT)
        for holder in (DataKey(a_secret(), wrapped), EncryptedValue(1, wrapped, CONTENT, CONTENT)):
            assert "horse" not in repr(holder)

    def test_is_not_in_a_traceback_that_shows_variables(self) -> None:
        def fail() -> None:
            secret = a_secret()
            raise RuntimeError(f"could not use {secret}")

        with pytest.raises(RuntimeError) as failure:
            fail()
        shown = traceback.TracebackException.from_exception(failure.value, capture_locals=True)
        assert "horse" not in "".join(shown.format())
