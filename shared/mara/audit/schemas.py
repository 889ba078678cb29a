"""Deeds on the wire, and the filters of their list."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from mara.audit.model.deed import AuditAction
from mara.audit.model.listing import AuditFilter, RecordedDeed

ID = "0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10"


class AuditEntryOut(BaseModel):
    """Who did what to whom; ids only, but for the detail."""

    id: UUID = Field(description="Id of the row.")
    at: datetime = Field(description="When it was done.")
    actor_id: UUID | None = Field(
        description="Id of the user who did it; null for the system, an operator's command, and a "
        "caller who is not known."
    )
    action: AuditAction = Field(description="What was done.")
    owner_id: UUID | None = Field(
        description="Id of the user whose account or object it was; null if it concerns no user."
    )
    object_kind: str | None = Field(
        description="Kind of the object, if there is one.", examples=["api_key"]
    )
    object_id: UUID | None = Field(description="Id of the object, if it has one.")
    detail: dict[str, Any] | None = Field(
        description="What else was recorded, such as an address or a reason; null if nothing was, "
        "or if it was deleted.",
        examples=[{"address": "192.0.2.7"}],
    )
    is_erased: bool = Field(
        description="Whether the detail was erased with the account.", examples=[False]
    )
    is_removed: bool = Field(
        description="Whether the detail was deleted, and no erasure of the account explains it: "
        "the audit was tampered with, and `mara audit verify` names the row.",
        examples=[False],
    )
    position: int | None = Field(
        description="Place in the chain of hashes; null for a minute at most.", examples=[1742]
    )

    @classmethod
    def of(cls, deed: RecordedDeed) -> Self:
        """Build the response from the model object."""
        same = ("id", "at", "actor_id", "action", "owner_id", "object_kind", "object_id")
        return cls(
            **{name: getattr(deed.entry, name) for name in same},
            detail=dict(deed.detail) if deed.detail is not None else None,
            is_erased=deed.is_erased,
            is_removed=deed.is_removed,
            position=deed.position,
        )


async def _filter(
    actor: Annotated[
        UUID | None, Query(description="Only what this user did.", examples=[ID])
    ] = None,
    owner: Annotated[
        UUID | None, Query(description="Only what was done to this user.", examples=[ID])
    ] = None,
    *,
    action: Annotated[
        AuditAction | None, Query(description="Only this action.", examples=["role_changed"])
    ] = None,
    since: Annotated[
        AwareDatetime | None,
        Query(
            alias="from",
            description="Only deeds at this time or later.",
            examples=["2026-01-15T00:00:00Z"],
        ),
    ] = None,
    to: Annotated[
        AwareDatetime | None,
        Query(description="Only deeds before this time.", examples=["2026-01-16T00:00:00Z"]),
    ] = None,
) -> AuditFilter:
    return AuditFilter(actor, owner, action, since, to)


WantedDeeds = Annotated[AuditFilter, Depends(_filter)]
"""The conditions of the list, as a parameter of a route."""
