"""Rows of the audit, and what is personal beside them."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A row of ids only; ``detail_mac`` binds the detail without disclosing it, None for none."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    action: AuditAction
    owner_id: UUID | None
    object_kind: str | None
    object_id: UUID | None
    detail_mac: bytes | None

    @property
    def canonical(self) -> bytes:
        """The one form of the row that hashes cover."""
        return canonical_json(
            {
                "id": str(self.id),
                "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "actor_id": _text(self.actor_id),
                "action": str(self.action),
                "owner_id": _text(self.owner_id),
                "object_kind": self.object_kind,
                "object_id": _text(self.object_id),
                "detail_mac": self.detail_mac.hex() if self.detail_mac is not None else None,
            }
        )


@dataclass(frozen=True, slots=True)
class EntryDetail:
    """What can be erased: without the salt, its MAC discloses nothing, even of a guessed detail."""

    entry_id: UUID
    owner_id: UUID | None
    salt: bytes = field(repr=False)
    content: Mapping[str, Any] = field(repr=False)

    @property
    def mac(self) -> bytes:
        """HMAC-SHA256 of the content under the salt."""
        return hmac.digest(self.salt, canonical_json(self.content), hashlib.sha256)


def entry_of(
    deed: Deed, entry_id: UUID, at: datetime, salt: bytes
) -> tuple[AuditEntry, EntryDetail | None]:
    """Return the row of a deed, and the row beside it if the deed has a detail."""
    detail = EntryDetail(entry_id, deed.owner_id, salt, deed.detail) if deed.detail else None
    mac = detail.mac if detail else None
    what = (deed.action, deed.owner_id, deed.object_kind, deed.object_id)
    return AuditEntry(entry_id, at, deed.actor_id, *what, mac), detail


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """Return ASCII with sorted keys and no spaces, so that equal values have equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode()


def _text(identifier: UUID | None) -> str | None:
    return str(identifier) if identifier else None
