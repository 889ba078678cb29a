"""Deliveries as they are stored: what came in, and which alerts it was about."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from mara.alerts.model.signal import DeliveryForm


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """One request to an intake; ``alert_ids`` are those of the alerts that were taken one by one.

    ``more`` are the others by name, ``truncated`` those that the sender left out. ``body_hash`` and
    ``key_hash``, of the Idempotency-Key, recognize the same delivery sent twice.
    """

    id: UUID
    owner_id: UUID
    intake_id: UUID
    received_at: datetime
    form: DeliveryForm
    body_hash: bytes
    key_hash: bytes | None
    alert_ids: Sequence[UUID]
    more: Mapping[str, int] = field(default_factory=dict)
    truncated: int = 0

    def about(self, alert_ids: Sequence[UUID]) -> "StoredDelivery":
        """With the alerts that it was about."""
        return replace(self, alert_ids=alert_ids)

    @property
    def left_out(self) -> int:
        """How many alerts were not taken one by one."""
        return sum(self.more.values()) + self.truncated


@dataclass(frozen=True, slots=True)
class DeliveryReceipt:
    """What the sender is told; ``is_repeated`` if the same delivery was stored before."""

    delivery: StoredDelivery
    is_repeated: bool


def hash_of_content(content: bytes) -> bytes:
    """Return the SHA-256."""
    return hashlib.sha256(content).digest()
