"""Addresses as bytes: their lengths, and the recipient that transfers name."""

import hashlib
from collections.abc import Mapping
from typing import Final

from mara.wallets.model.network import Network

ADDRESS_BYTES: Final[Mapping[Network, int]] = {
    Network.ARBITRUM: 20,
    Network.TRON: 20,
    Network.APTOS: 32,
}

OBJECT_DERIVED_FROM_OBJECT = b"\xfc"
"""The scheme byte of ``object.move`` for an object that is derived from another."""


def receives_at(network: Network, address: bytes, token: bytes) -> bytes:
    """Return the recipient that transfers of ``token`` to ``address`` name.

    On Aptos it is the owner's primary store of the token, whose address is the SHA3-256 of the
    owner's address, the token's and 0xFC (``create_user_derived_object_address`` of
    ``object.move``; ``primary_fungible_store.move``). Elsewhere it is the address itself.
    """
    if network is not Network.APTOS:
        return address
    return hashlib.sha3_256(address + token + OBJECT_DERIVED_FROM_OBJECT).digest()
