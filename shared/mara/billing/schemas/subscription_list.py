"""Subscriptions as administrators see them in a list."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from mara.billing.model.subscription import EndReason, State
from mara.billing.model.subscription_listing import SubscriptionListing
from mara.kernel.money import UsdtOut, format_usdt


class SubscriptionListedOut(BaseModel):
    """A subscription of any user."""

    id: UUID = Field(description="Id of the subscription.")
    owner_id: UUID = Field(description="Id of the user.")
    state: State = Field(description="Its state.", examples=["active"])
    plan: str = Field(description="Code of its plan.", examples=["team"])
    version: int = Field(description="Number of the plan's version.", examples=[1])
    next_plan: str | None = Field(
        description="Code of the plan from a later renewal on; null if none is planned.",
        examples=[None],
    )
    mrr: UsdtOut = Field(
        description="Its part of monthly recurring revenue, in USDT.", examples=["28.000000"]
    )
    period_start: datetime | None = Field(
        description="When the trial or the last paid period began; null while nothing was paid."
    )
    period_end: datetime | None = Field(description="When it ends; not a part of it.")
    cancel_at: datetime | None = Field(description="When it ends; null unless it is cancelled.")
    end_reason: EndReason | None = Field(description="Why it ended; null unless it has.")
    changed_at: datetime = Field(description="When its state changed last.")
    set_aside_reason: str | None = Field(
        description="Why its last charge failed, to be tried again in an hour; null if none did.",
        examples=[None],
    )

    @classmethod
    def of(cls, listing: SubscriptionListing) -> Self:
        """Convert from the domain model."""
        one, period = listing.subscription, listing.subscription.period
        return cls(
            id=one.id,
            owner_id=one.owner_id,
            state=one.state,
            plan=one.version.code,
            version=one.version.number,
            next_plan=one.next_version.code if one.next_version else None,
            mrr=format_usdt(one.monthly_revenue),
            period_start=period.start if period else None,
            period_end=period.end if period else None,
            cancel_at=one.cancel_at,
            end_reason=one.end_reason,
            changed_at=one.changed_at,
            set_aside_reason=listing.set_aside_reason,
        )
