"""Subscriptions on the wire."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mara.billing.model.outlook import Outlook
from mara.billing.model.subscription import EndReason, State
from mara.billing.schemas.invoice_documents import InvoiceOut
from mara.billing.schemas.payments import PayOut
from mara.billing.schemas.plans import PlanOut
from mara.billing.schemas.usage import MeterUseOut, PeriodOut
from mara.billing.service.subscription_overview import SubscriptionOverview
from mara.kernel.json_types import JsonInt
from mara.kernel.money import UsdtIn, UsdtOut, format_usdt
from mara.users.model import Locale

DEFAULT: Literal["default"] = "default"
"""The state of a user without a subscription."""


class SubscriptionIn(BaseModel):
    """A new subscription."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"plan": "team"}]})

    plan: str = Field(
        min_length=1, max_length=40, description="Code of the plan.", examples=["team"]
    )
    version: JsonInt | None = Field(
        default=None,
        ge=1,
        le=2**31 - 1,
        description="Number of the version that the user saw; refused if another is sold now.",
        examples=[1],
    )


class OverageLimitIn(BaseModel):
    """What overage may cost in a usage period."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"overage_limit": "20"}]}
    )

    overage_limit: UsdtIn = Field(description="USDT per usage period; 0 allows no overage.")


class NextPlanOut(BaseModel):
    """The plan that replaces the present one."""

    plan: PlanOut = Field(description="The plan.")
    at: datetime = Field(description="The renewal from which it holds.")

    @classmethod
    def of(cls, overview: SubscriptionOverview) -> Self | None:
        """Convert from the domain model."""
        planned, subscription = overview.next_plan, overview.subscription
        if planned is None or subscription is None or subscription.period is None:
            return None
        # A move by an administrator may begin with a later renewal.
        at = max(filter(None, (subscription.period.end, subscription.next_from)))
        return cls(plan=PlanOut.of(planned, subscription.next_version), at=at)


class NextChargeOut(BaseModel):
    """The next renewal."""

    at: datetime = Field(description="When it is charged.")
    amount: UsdtOut = Field(description="USDT to be charged.", examples=["29.000000"])

    @classmethod
    def of(cls, outlook: Outlook) -> Self | None:
        """Convert from the domain model."""
        charge = outlook.charge
        return cls(at=charge.at, amount=format_usdt(charge.amount)) if charge else None


class PlannedEndOut(BaseModel):
    """The end of the subscription, if the user does nothing."""

    at: datetime = Field(description="When it ends; pauses move it on.")
    reason: EndReason = Field(description="Why it ends.", examples=["unpaid"])
    is_paused: bool = Field(description="Whether deposits in flight stop the time to pay.")

    @classmethod
    def of(cls, outlook: Outlook) -> Self | None:
        """Convert from the domain model."""
        end = outlook.end
        return cls(at=end.at, reason=end.reason, is_paused=end.is_paused) if end else None


class SubscriptionOut(BaseModel):
    """The user's subscription; without one, the default plan holds and `state` is `default`."""

    id: UUID | None = Field(description="Id of the subscription; null on the default plan.")
    state: State | Literal["default"] = Field(description="State.", examples=["active"])
    plan: PlanOut = Field(description="The plan that holds, or that is to be paid.")
    as_of: datetime = Field(description="Billing time of this answer.")
    period: PeriodOut | None = Field(description="Trial, or last paid period.")
    next: NextPlanOut | None = Field(description="Plan from a later renewal on.")
    next_charge: NextChargeOut | None = Field(description="The next renewal.")
    cancel_at: datetime | None = Field(description="When a cancellation takes effect.")
    ends: PlannedEndOut | None = Field(description="What ends it if the user does nothing.")
    usage: list[MeterUseOut] = Field(description="Use against the allowances, by meter.")
    overage_limit: UsdtOut = Field(
        description="The most that overage costs in a usage period.", examples=["0.000000"]
    )
    invoice: InvoiceOut | None = Field(description="The invoice that waits for payment.")
    missing: UsdtOut = Field(
        description="USDT to pay in: the total less the balance and deposits in flight.",
        examples=["0.000000"],
    )
    in_flight: UsdtOut = Field(
        description="USDT of deposits that are detected but not credited.", examples=["0.000000"]
    )
    pay: list[PayOut] = Field(
        description="Where to pay what is missing. The whole amount must arrive: fees of an "
        "exchange come on top."
    )

    @classmethod
    def of(cls, overview: SubscriptionOverview, locale: Locale) -> Self:
        """Convert from the domain model; texts are in the language ``locale``."""
        one, funds, invoice = overview.subscription, overview.funds, overview.invoice
        return cls(
            id=one.id if one else None,
            state=one.state if one else DEFAULT,
            plan=PlanOut.of(overview.plan, overview.version),
            as_of=overview.now,
            period=PeriodOut.of(one.period) if one and one.period else None,
            next=NextPlanOut.of(overview),
            next_charge=NextChargeOut.of(overview.outlook),
            cancel_at=one.cancel_at if one else None,
            ends=PlannedEndOut.of(overview.outlook),
            usage=[MeterUseOut.of(use, overview.usage.period) for use in overview.usage.meters],
            overage_limit=format_usdt(one.overage_limit if one else 0),
            invoice=InvoiceOut.of_document(invoice, locale) if invoice else None,
            missing=format_usdt(overview.missing),
            in_flight=format_usdt(funds.final + funds.unconfirmed),
            pay=[PayOut.of(instruction) for instruction in overview.pay],
        )
