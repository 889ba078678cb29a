"""What administrators see of deeds in a list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from mara.audit.model.deed import AuditAction
from mara.audit.model.entry import AuditEntry


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Conditions of a list of deeds; None is no condition. ``until`` itself is not in the range."""

    actor_id: UUID | None = None
    owner_id: UUID | None = None
    action: AuditAction | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordedDeed:
    """``detail`` is None where the deed had none, or it was deleted.

    ``position`` is the place in the chain, None until the schedule has added the row.
    """

    entry: AuditEntry
    position: int | None
    detail: Mapping[str, Any] | None = field(repr=False)
    is_owner_erased: bool = False
    """Whether the audit has the erasure of the account that the deed was done to."""

    @property
    def is_erased(self) -> bool:
        """Whether there was a detail, and it was erased with the account."""
        return self._lacks_detail and self.is_owner_erased

    @property
    def is_removed(self) -> bool:
        """Whether there was a detail, and no erasure explains that it is gone."""
        return self._lacks_detail and not self.is_owner_erased

    @property
    def _lacks_detail(self) -> bool:
        return self.detail is None and self.entry.detail_mac is not None
