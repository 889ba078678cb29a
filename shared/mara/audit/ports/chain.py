"""Ports of the chain: its rows, and its anchors outside the database."""

from collections.abc import Sequence
from typing import Protocol

from mara.audit.model.chain import AnchoredHeads, AuditHead, ChainLink
from mara.audit.model.entry import AuditEntry
from mara.audit.model.restore import RestoreIntent, RestoreNote
from mara.audit.model.stored_note import StoredNote


class AuditChain(Protocol):
    """The rows of the audit and their places in the chain."""

    def lock_head(self) -> AuditHead:
        """Return the head, which no other transaction moves until this one ends."""

    def list_unchained(self, limit: int) -> list[AuditEntry]:
        """Rows that are in no chain, by id; those committed late come in a later call."""

    def add(self, links: Sequence[ChainLink]) -> None:
        """Store the places of rows; each row gets one once."""

    def count_unchained(self) -> int:
        """How many rows wait."""

    def list_links(self, after: int, limit: int) -> list[ChainLink]:
        """Rows after a position, in the order of the chain, with their details."""

    def list_restored(self) -> list[ChainLink]:
        """Rows of restores that are in the chain, in its order, with their details."""


class Anchors(Protocol):
    """Heads of the chain outside the database."""

    def write(self, head: AuditHead) -> None:
        """Write the head, unless it is there. Raises AnchorsUnavailable."""

    def list(self) -> list[AuditHead]:
        """All heads ever written, also those that were deleted. Raises AnchorsUnavailable."""

    def find_all(self) -> AnchoredHeads:
        """All these heads with their times, and keys that name none. Raises AnchorsUnavailable."""

    def write_intent(self, intent: RestoreIntent) -> None:
        """Write an intent among the notes of restores. Raises AnchorsUnavailable."""

    def write_note(self, note: RestoreNote) -> None:
        """Write a note of a restore beside the heads. Raises AnchorsUnavailable."""

    def list_notes(self) -> Sequence[StoredNote]:
        """All that was ever written among the notes, oldest first. Raises AnchorsUnavailable."""
