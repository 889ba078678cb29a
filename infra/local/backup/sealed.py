"""An encrypted stream: scrypt makes the key of a passphrase, AES-256-GCM seals chunks of 64 KiB.

The nonce of a chunk is its number, and whether it is the last one: chunks that are changed, moved,
repeated or cut off do not open. This is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: "Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015), as age has it. The salt is
random, so no two files have one key.
"""

import io
import secrets
import struct
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC: Final = b"mara-backup\x00\x01"
CHUNK: Final = 64 * 1024
TAG: Final = 16
SALT: Final = 16
HEADER: Final = len(MAGIC) + 1 + SALT
COST: Final = 17
"""The logarithm of scrypt's n: 128 MiB and a third of a second (r = 8, p = 1)."""
COST_MAX: Final = 20
PASSPHRASE_MIN: Final = 12


class NotABackup(RuntimeError):
    """The file does not begin as a backup does, or its format is newer than this program."""


class CannotOpen(RuntimeError):
    """A chunk does not open: the passphrase is another, or the file was changed or cut off."""


class SealedWriter(io.RawIOBase):
    """Encrypts what is written to it into ``file``; ``close`` seals the last chunk."""

    def __init__(self, file: IO[bytes], passphrase: str, cost: int = COST) -> None:
        """Write the header. ``cost`` is the logarithm of scrypt's n."""
        header = MAGIC + bytes([cost]) + secrets.token_bytes(SALT)
        self._file, self._header = file, header
        self._key = _key(passphrase, header)
        self._waiting = bytearray()
        self._number = 0
        file.write(header)

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: object) -> int:
        """Take ``data``, and write the chunks that are full."""
        added = bytes(memoryview(data))  # type: ignore[arg-type]  # any buffer
        self._waiting += added
        while len(self._waiting) > CHUNK:  # a full one waits: it may be the last
            self._seal(bytes(self._waiting[:CHUNK]), is_last=False)
            del self._waiting[:CHUNK]
        return len(added)

    def finish(self) -> None:
        """Seal the last chunk; without it the file does not open."""
        self._seal(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        self._file.write(self._key.encrypt(nonce, chunk, self._header))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Decrypts ``file``; nothing of a chunk is returned before it was authenticated."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        """Read the header. Raises NotABackup."""
        header = file.read(HEADER)
        if len(header) < HEADER or not header.startswith(MAGIC):
            raise NotABackup("The file is no backup of this version of mara.")
        if not 1 <= header[len(MAGIC)] <= COST_MAX:
            raise NotABackup("The file asks for more memory than a backup needs.")
        self._file, self._header = file, header
        self._key = _key(passphrase, header)
        self._ready = memoryview(b"")
        self._number = 0
        self._ended = False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill ``buffer`` with what is known to be genuine. Raises CannotOpen."""
        target = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # any buffer
        while not self._ready and not self._ended:
            self._open()
        taken = self._ready[: len(target)]
        target[: len(taken)] = taken
        self._ready = self._ready[len(taken) :]
        return len(taken)

    def _open(self) -> None:
        sealed = self._file.read(CHUNK + TAG)
        for is_last in (False, True):
            try:
                nonce = _nonce(self._number, is_last=is_last)
                self._ready = memoryview(self._key.decrypt(nonce, sealed, self._header))
            except (InvalidTag, ValueError):
                continue
            self._number += 1
            self._ended = is_last
            if is_last and self._file.read(1):
                raise CannotOpen("The file goes on after its end: something was appended to it.")
            return
        if self._number == 0:
            raise CannotOpen("The passphrase is another one, or the file was changed.")
        raise CannotOpen("The file was changed, or its end is missing.")


def _key(passphrase: str, header: bytes) -> AESGCM:
    cost, salt = header[len(MAGIC)], header[len(MAGIC) + 1 :]
    return AESGCM(Scrypt(salt=salt, length=32, n=2**cost, r=8, p=1).derive(passphrase.encode()))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return bytes(3) + struct.pack(">Q?", number, is_last)
