"""Cancellations and changes of plan on the wire."""

from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from mara.billing.model.changes import ChangeTime
from mara.billing.model.meters import Meter
from mara.billing.schemas.invoice_parts import LineOut
from mara.billing.schemas.subscriptions import SubscriptionOut
from mara.billing.service.subscriptions import ActionResult, PlanChange
from mara.kernel.json_types import JsonBool
from mara.kernel.money import UsdtOut, format_usdt


class CancellationIn(BaseModel):
    """How to cancel."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"now": True, "preview": True}, {"now": False}]},
    )

    now: JsonBool = Field(
        default=False,
        description="Now, with the unused part given back; else at the end of the period.",
    )
    preview: JsonBool = Field(default=False, description="Show the result, and store nothing.")
    as_of: AwareDatetime | None = Field(
        default=None, description="The moment of a preview, which is to be posted exactly."
    )


class PlanChangeRequestIn(BaseModel):
    """Another plan."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"plan": "business", "when": "now", "preview": True}]},
    )

    plan: str = Field(
        min_length=1, max_length=40, description="Code of the plan.", examples=["business"]
    )
    when: ChangeTime = Field(default=ChangeTime.NOW, description="When it takes effect.")
    preview: JsonBool = Field(default=False, description="Show the result, and store nothing.")
    as_of: AwareDatetime | None = Field(
        default=None, description="The moment of a preview, which is to be posted exactly."
    )

    def to_change(self) -> PlanChange:
        """Convert to the domain model."""
        return PlanChange(self.plan, self.when, self.as_of)


class SubscriptionActionOut(BaseModel):
    """What an action did, or would do; `subscription` is as it is stored now."""

    subscription: SubscriptionOut = Field(description="The subscription as it is stored.")
    is_preview: bool = Field(description="Whether nothing was stored.")
    as_of: datetime = Field(description="Moment of the computation; send it to post these lines.")
    lines: list[LineOut] = Field(description="Lines of the invoices that are paid by it.")
    total: UsdtOut = Field(description="USDT charged.", examples=["12.500000"])
    missing: UsdtOut = Field(description="USDT that the balance lacks.", examples=["0.000000"])
    gives_back: UsdtOut = Field(
        description="USDT that a cancellation returns to the balance.", examples=["0.000000"]
    )
    gives_up: UsdtOut = Field(
        description="USDT of the unused part that a change does not return.",
        examples=["0.000000"],
    )
    refundable: UsdtOut | None = Field(
        description="USDT that a cancellation after this change gives back at most: after a change "
        "to another interval only what the change charges. Null if it changes no paid period.",
        examples=["12.500000"],
    )
    allowances: dict[Meter, int | None] = Field(
        description="Allowances of this usage period after the change; null is unlimited.",
        examples=[{"answers": 1200}],
    )

    @classmethod
    def of(
        cls, result: ActionResult, subscription: SubscriptionOut, *, is_preview: bool = False
    ) -> Self:
        """Convert from the domain model."""
        charged = [charge.invoice_id for charge in result.change_set.charges]
        invoices = [result.change_set.invoices[invoice_id] for invoice_id in charged]
        return cls(
            subscription=subscription,
            is_preview=is_preview,
            as_of=result.as_of,
            lines=[LineOut.of(line) for invoice in invoices for line in invoice.lines],
            total=format_usdt(sum(invoice.total for invoice in invoices)),
            missing=format_usdt(max(-result.change_set.available, 0)),
            gives_back=format_usdt(result.gives_back),
            gives_up=format_usdt(result.price.given_up if result.price else 0),
            refundable=_optional(result.price.refundable if result.price else None),
            allowances=dict(result.allowances),
        )


def _optional(amount: int | None) -> str | None:
    return None if amount is None else format_usdt(amount)
