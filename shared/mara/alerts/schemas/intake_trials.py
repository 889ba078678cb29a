"""Requests of the route that posts test alerts."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from mara.agents.schemas.agents import Line
from mara.alerts.model.delivery_forms import NAME_MAX, TEXT_MAX
from mara.alerts.model.intake_trial import TrialAlert
from mara.alerts.model.severity import Severity

TITLE: Final = "TestAlert"


class IntakeTrialIn(BaseModel):
    """What the test alert says; with the words of a real alert its runbook is found."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{}, {"title": "DiskAlmostFull"}]}
    )

    title: Line = Field(
        default=TITLE, max_length=NAME_MAX, description="Name of the alert.", examples=[TITLE]
    )
    text: str = Field(
        default="",
        max_length=TEXT_MAX,
        description="What has happened.",
        examples=["Less than 5 % of /var are free on db-3."],
    )
    severity: Severity | None = Field(
        default=None,
        description="How urgent it is; null stands for the default of the intake.",
        examples=["warning"],
    )

    def to_model(self) -> TrialAlert:
        """Convert to the model object."""
        return TrialAlert(self.title, self.text, self.severity)
