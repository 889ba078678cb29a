"""Text forms of addresses: Keccak-256 by pycryptodome, Base58Check by base58.

bip-utils and eth-utils have the same encoders, but each costs half a second of CPU at its import;
these two cost 25 ms in their layer, with the first address.
"""

import re

from mara.wallets.errors import InvalidAddress
from mara.wallets.model import Network
from mara.wallets.model.addresses import ADDRESS_BYTES

TRON_PREFIX = b"\x41"
"""The first of the 21 bytes that Base58Check encodes; it makes every address start with T."""

_EVM = re.compile(r"0x[0-9a-fA-F]{40}")
_TRON = re.compile(r"T[1-9A-HJ-NP-Za-km-z]{33}")
_APTOS = re.compile(r"0x[0-9a-fA-F]{64}")


class StandardAddressCodec:
    """Implements AddressCodec: EIP-55 on Arbitrum, Base58Check on Tron, 64 digits on Aptos."""

    def encode(self, network: Network, address: bytes) -> str:
        """Raises ValueError where the length is not that of the network's addresses."""
        if len(address) != ADDRESS_BYTES[network]:
            raise ValueError(f"An address on {network} has another length.")
        if network is Network.ARBITRUM:
            return _with_checksum(address)
        if network is Network.TRON:
            from base58 import b58encode_check

            return b58encode_check(TRON_PREFIX + address).decode("ascii")
        return "0x" + address.hex()

    def decode(self, network: Network, text: str) -> bytes:
        """Raises InvalidAddress, whose text describes an address of the network."""
        if network is Network.ARBITRUM:
            return _decode_evm(text)
        if network is Network.TRON:
            return _decode_tron(text)
        if not _APTOS.fullmatch(text):
            raise InvalidAddress("An address on Aptos is 0x and 64 hexadecimal digits.")
        return bytes.fromhex(text[2:])


def _decode_evm(text: str) -> bytes:
    if not _EVM.fullmatch(text):
        raise InvalidAddress("An address on Arbitrum is 0x and 40 hexadecimal digits.")
    address, digits = bytes.fromhex(text[2:]), text[2:]
    if digits not in (digits.lower(), digits.upper()) and text != _with_checksum(address):
        raise InvalidAddress("The capital letters of the address say that it has a mistake.")
    return address


def _with_checksum(address: bytes) -> str:
    """A letter is a capital where the hash of the lowercase digits has a nibble >= 8 (EIP-55)."""
    from Crypto.Hash import keccak

    digits = address.hex()
    digest = keccak.new(digest_bits=256, data=digits.encode()).hexdigest()
    return "0x" + "".join(
        digit.upper() if nibble >= "8" else digit
        for digit, nibble in zip(digits, digest, strict=False)
    )


def _decode_tron(text: str) -> bytes:
    from base58 import b58decode_check

    if not _TRON.fullmatch(text):
        raise InvalidAddress("An address on Tron is 34 characters and begins with T.")
    try:
        content = b58decode_check(text)
    except ValueError:
        content = b""
    # 34 characters can encode more than 21 bytes, and another prefix.
    if len(content) != len(TRON_PREFIX) + ADDRESS_BYTES[Network.TRON] or content[:1] != TRON_PREFIX:
        raise InvalidAddress("The address on Tron has a mistake: its checksum is wrong.")
    return content[1:]
