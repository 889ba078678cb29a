"""The billing time of a tenant on the wire."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from mara.kernel.json_types import JsonInt


class ClockAdvanceIn(BaseModel):
    """By how much to move the billing time."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"advance_s": 3024000}]}
    )

    advance_s: JsonInt = Field(
        ge=1, le=10**9, description="Seconds by which to advance.", examples=[3024000]
    )


class BillingClockOut(BaseModel):
    """The billing time of a tenant."""

    billing_time: datetime = Field(description="The tenant's billing time now.")
