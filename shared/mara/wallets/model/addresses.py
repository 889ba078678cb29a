"""How addresses are spelt on each network.

Inside, an address is bytes: 20 on Arbitrum and Tron, 32 on Aptos. What people type is refused
wherever a checksum or a length tells that it is not what they meant.
"""

import hashlib
import re

from mara.kernel.keccak import keccak256
from mara.wallets.errors import InvalidAddress
from mara.wallets.model.network import Network

EVM_BYTES = 20
APTOS_BYTES = 32

TRON_PREFIX = b"\x41"
TRON_CHARACTERS = 34
"""Of every address: the prefix gives the first one, T, and the length."""
CHECKSUM_BYTES = 4
OBJECT_DERIVED_FROM_OBJECT = b"\xfc"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

_EVM = re.compile(r"0x[0-9a-fA-F]{40}")
_TRON = re.compile(f"T[{BASE58}]{{{TRON_CHARACTERS - 1}}}")
_APTOS = re.compile(r"0x[0-9a-fA-F]{64}")


def parse_address(network: Network, text: str) -> bytes:
    """Raises InvalidAddress, which says what an address of the network looks like."""
    if network is Network.ARBITRUM:
        return _parse_evm(text)
    if network is Network.TRON:
        return _parse_tron(text)
    if not _APTOS.fullmatch(text):
        raise InvalidAddress("An address on Aptos is 0x and 64 hexadecimal digits.")
    return bytes.fromhex(text[2:])


def address_text(network: Network, address: bytes) -> str:
    """The spelling that wallets and explorers of the network show.

    Raises ValueError where the length is not one of the network's.
    """
    if len(address) != (APTOS_BYTES if network is Network.APTOS else EVM_BYTES):
        raise ValueError(f"An address on {network} has another length.")
    if network is Network.ARBITRUM:
        return _checksummed(address)
    if network is Network.TRON:
        return _base58check(TRON_PREFIX + address)
    return "0x" + address.hex()


def receives_at(network: Network, address: bytes, contract: str) -> bytes:
    """What transfers of the token name as the recipient, where ``address`` is meant.

    On Aptos that is the primary store of the token that belongs to the address, whose own address
    is SHA3-256 of the owner's, the token's and 0xFC (``object.move``,
    create_user_derived_object_address; ``primary_fungible_store.move``). Elsewhere the address.
    """
    if network is not Network.APTOS:
        return address
    token = parse_address(network, contract)
    return hashlib.sha3_256(address + token + OBJECT_DERIVED_FROM_OBJECT).digest()


def _parse_evm(text: str) -> bytes:
    if not _EVM.fullmatch(text):
        raise InvalidAddress("An address on Arbitrum is 0x and 40 hexadecimal digits.")
    address, digits = bytes.fromhex(text[2:]), text[2:]
    if digits not in (digits.lower(), digits.upper()) and text != _checksummed(address):
        raise InvalidAddress("The capital letters of the address say that it has a mistake.")
    return address


def _checksummed(address: bytes) -> str:
    """Letters are capitals where the hash of the lower ones says so (EIP-55)."""
    digits = address.hex()
    by = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(nibble, 16) >= 8 else digit  # noqa: PLR2004 - half of sixteen
        for digit, nibble in zip(digits, by, strict=False)
    )


def _parse_tron(text: str) -> bytes:
    if not _TRON.fullmatch(text):
        raise InvalidAddress(
            f"An address on Tron is {TRON_CHARACTERS} characters and begins with T."
        )
    number = 0
    for character in text:
        number = number * len(BASE58) + BASE58.index(character)
    size = len(TRON_PREFIX) + EVM_BYTES
    content, checksum = divmod(number, 1 << (8 * CHECKSUM_BYTES))
    # So many characters have room for more than the bytes of an address.
    raw = content.to_bytes(size, "big") if content < 1 << (8 * size) else b""
    if not raw.startswith(TRON_PREFIX) or _checksum(raw) != checksum.to_bytes(
        CHECKSUM_BYTES, "big"
    ):
        raise InvalidAddress("The address on Tron has a mistake: its checksum is wrong.")
    return raw[len(TRON_PREFIX) :]


def _base58check(content: bytes) -> str:
    number = int.from_bytes(content + _checksum(content), "big")
    characters = ""
    while number:
        number, rest = divmod(number, len(BASE58))
        characters = BASE58[rest] + characters
    return characters


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(content).digest()).digest()[:CHECKSUM_BYTES]
