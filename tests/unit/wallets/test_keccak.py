"""The library's Keccak-256 equals known digests and an oracle written from the specification."""

import hashlib

import pytest
from Crypto.Hash import keccak
from hypothesis import given
from hypothesis import strategies as st

from tests.support.keccak import RATE, keccak256

EMPTY = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
TRANSFER = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""Of an ERC-20 transfer's event, which every node filters by."""


def test_gives_the_digests_that_everybody_knows() -> None:
    assert keccak256(b"").hex() == EMPTY
    assert keccak256(b"Transfer(address,address,uint256)").hex() == TRANSFER


def test_is_not_sha_3() -> None:
    assert keccak256(b"") != hashlib.sha3_256(b"").digest()


@pytest.mark.parametrize("length", [*range(RATE - 3, RATE + 3), *range(2 * RATE - 2, 2 * RATE + 2)])
def test_agrees_where_a_block_ends(length: int) -> None:
    data = bytes(range(256)) * 2
    assert keccak256(data[:length]) == reference(data[:length])


@given(st.binary(max_size=600))
def test_agrees_with_another_implementation(data: bytes) -> None:
    assert keccak256(data) == reference(data)


def reference(data: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=data).digest()
