"""A test oracle for BIP-39, written from the standard; only the word list is a library's.

https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki
"""

import hashlib
from functools import cache

from mnemonic import Mnemonic

from mara.kernel.secret import Secret

WORD_BITS = 11
ITERATIONS = 2048


def sentence(entropy: bytearray) -> Secret:
    """The words of 16 to 32 bytes of entropy, in ASCII; the last one holds a checksum."""
    checksum_bits = len(entropy) // 4
    checksum = hashlib.sha256(entropy).digest()[0] >> (8 - checksum_bits)
    number = (int.from_bytes(entropy, "big") << checksum_bits) | checksum
    words = (len(entropy) * 8 + checksum_bits) // WORD_BITS
    found = bytearray()
    for position in range(words - 1, -1, -1):
        found += _words()[(number >> (position * WORD_BITS)) & (2**WORD_BITS - 1)] + b" "
    found.pop()
    return Secret(found)


def seed(entropy: bytearray, passphrase: bytes = b"") -> Secret:
    """64 bytes: PBKDF2-HMAC-SHA512 of the sentence."""
    with sentence(entropy) as words:
        stretched = hashlib.pbkdf2_hmac("sha512", words, b"mnemonic" + passphrase, ITERATIONS)
    return Secret(bytearray(stretched))


@cache
def _words() -> list[bytes]:
    return [word.encode() for word in Mnemonic("english").wordlist]
