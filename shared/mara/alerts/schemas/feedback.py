"""Request and response of votes on the answers to alerts."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mara.alerts.model.vote import GivenVote
from mara.kernel.json_types import JsonBool


class AlertFeedbackIn(BaseModel):
    """Whether the answer to an alert helped."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"helped": True}]})

    helped: JsonBool = Field(description="Whether the answer helped.")


class AlertFeedbackOut(BaseModel):
    """A vote that was counted, with all votes on the post."""

    post_id: UUID = Field(description="Id of the newest post of the alert, which has the answer.")
    voted_helped: bool = Field(description="The vote of the caller.", examples=[True])
    helped: int = Field(description="Number of people whom it helped.", examples=[2])
    did_not_help: int = Field(description="Number of people whom it did not help.", examples=[0])

    @classmethod
    def of(cls, given: GivenVote) -> Self:
        """Build the response from the model object."""
        return cls(
            post_id=given.vote.post_id,
            voted_helped=given.vote.helped,
            helped=given.counts.helped,
            did_not_help=given.counts.did_not_help,
        )
