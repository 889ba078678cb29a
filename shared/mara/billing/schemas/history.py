"""The history of subscriptions on the wire."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from mara.billing.model.history import HistoryEntry
from mara.billing.model.subscription import EndReason, State
from mara.billing.schemas.usage import PeriodOut
from mara.kernel.money import UsdtOut, format_usdt


class SubscriptionEventOut(BaseModel):
    """An event of a subscription, and what held after it."""

    subscription_id: UUID = Field(description="Id of the subscription.")
    number: int = Field(description="Counts the events of the subscription from 1.", examples=[1])
    kind: str = Field(description="What happened.", examples=["StartPeriod"])
    state: State = Field(description="State after it.", examples=["active"])
    end_reason: EndReason | None = Field(description="Why it ended.", examples=["cancelled"])
    plan: str = Field(description="Code of the plan after it.", examples=["team"])
    version: int = Field(description="Version of the plan after it.", examples=[1])
    period: PeriodOut | None = Field(description="Period after it.")
    monthly_before: UsdtOut = Field(
        description="Part of the monthly recurring revenue before it.", examples=["0.000000"]
    )
    monthly_after: UsdtOut = Field(
        description="Part of the monthly recurring revenue after it.", examples=["29.000000"]
    )
    invoice_id: UUID | None = Field(description="Invoice that it paid or opened.")
    actor_id: UUID | None = Field(description="Who acted; null for the schedule.")
    at: datetime = Field(description="Billing time.")
    recorded_at: datetime = Field(description="When it was stored.")

    @classmethod
    def of(cls, entry: HistoryEntry) -> Self:
        """Convert from the domain model."""
        return cls(
            subscription_id=entry.subscription_id,
            number=entry.number,
            kind=entry.kind,
            state=entry.state,
            end_reason=entry.end_reason,
            plan=entry.plan,
            version=entry.version,
            period=PeriodOut.of(entry.period) if entry.period else None,
            monthly_before=format_usdt(entry.monthly_before),
            monthly_after=format_usdt(entry.monthly_after),
            invoice_id=entry.invoice_id,
            actor_id=entry.actor_id,
            at=entry.at,
            recorded_at=entry.recorded_at,
        )
