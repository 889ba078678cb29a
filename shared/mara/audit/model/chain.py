"""The chain of rows: each hash covers the one before it, and its row."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mara.audit.model.entry import AuditEntry, EntryDetail

GENESIS = bytes(32)
"""What the first row follows."""


@dataclass(frozen=True, slots=True, order=True)
class AuditHead:
    """How many rows the chain has, and the hash of the last one."""

    position: int = 0
    hash: bytes = GENESIS

    def __str__(self) -> str:
        """The form in logs, and in arguments of ``mara audit verify``."""
        return f"{self.position}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> "AuditHead":
        """Read that form. Raises ValueError."""
        position, _, digest = text.partition(":")
        return cls(int(position), bytes.fromhex(digest))


@dataclass(frozen=True, slots=True)
class AnchoredHeads:
    """What stands where the heads are written; also what was deleted there."""

    times: Mapping[AuditHead, datetime]
    """When each head was written first."""
    strays: Sequence[str] = ()
    """Keys that name no head, in order: the schedule writes none."""


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A row in the chain. Positions have no gap; they follow commits, not the ids of rows."""

    entry: AuditEntry
    position: int
    previous: bytes
    hash: bytes
    detail: EntryDetail | None = None
    is_owner_erased: bool = False
    """Whether the audit has the erasure of the account that the row is about."""

    @property
    def is_intact(self) -> bool:
        """Whether the row is the one that was hashed."""
        return self.hash == hash_of_row(self.previous, self.entry)

    @property
    def has_true_detail(self) -> bool:
        """Whether the detail is the one that was recorded, or is missing."""
        return self.detail is None or self.detail.mac == self.entry.detail_mac

    @property
    def lacks_detail(self) -> bool:
        """Whether a detail was recorded, and is not there."""
        return self.detail is None and self.entry.detail_mac is not None

    @property
    def head(self) -> AuditHead:
        """The head of a chain that ends here."""
        return AuditHead(self.position, self.hash)


def hash_of_row(previous: bytes, entry: AuditEntry) -> bytes:
    """SHA-256 of the hash before it and the canonical row."""
    return hashlib.sha256(previous + entry.canonical).digest()


def link_up(head: AuditHead, entries: Sequence[AuditEntry]) -> list[ChainLink]:
    """Continue the chain with ``entries`` in this order."""
    links = []
    for entry in entries:
        digest = hash_of_row(head.hash, entry)
        links.append(ChainLink(entry, head.position + 1, head.hash, digest))
        head = links[-1].head
    return links
