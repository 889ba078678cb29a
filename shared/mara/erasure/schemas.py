"""Request and response bodies of exports and erasures."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mara.auth.schemas import EXAMPLE_PASSWORD, Password
from mara.erasure.model.data_job import DataJob, JobState
from mara.kernel.json_types import JsonBool
from mara.kernel.money import format_usdt

EXAMPLE_ID = "01a223a0-232d-72be-bc7b-60c1f7f578f1"
EXAMPLE_TIME = "2026-11-28T12:00:00Z"


class ExportOut(BaseModel):
    """An export; it has a file and a link while the state is `done`, for 24 hours."""

    id: UUID = Field(description="Id of the export.", examples=[EXAMPLE_ID])
    state: JobState = Field(
        description="`waiting` until the file is ready, then `done`, or `failed`.",
        examples=["done"],
    )
    requested_at: datetime = Field(
        description="When the export was asked for.", examples=[EXAMPLE_TIME]
    )
    size: int | None = Field(
        description="Bytes of the file; null until it is ready.", examples=[48213]
    )
    url: str | None = Field(
        description="Link of the ZIP file; null until it is ready.",
        examples=["https://example.com/mara-export.zip"],
    )
    expires_at: datetime | None = Field(
        description="When the file is deleted; null until it is ready.",
        examples=["2026-11-29T12:00:00Z"],
    )

    @classmethod
    def of(cls, job: DataJob, url: str | None) -> Self:
        """Convert the job, with the link of its file."""
        return cls(
            id=job.id,
            state=job.state,
            requested_at=job.requested_at,
            size=job.size,
            url=url,
            expires_at=job.expires_at,
        )


class ErasureIn(BaseModel):
    """The proof of the owner, and what becomes of the balance."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"password": EXAMPLE_PASSWORD}]}
    )

    password: Password = Field(description="Current password.", examples=[EXAMPLE_PASSWORD])
    give_up_balance: JsonBool = Field(
        default=False,
        description="Whether the money in the balance is given up.",
        examples=[True],
    )


class ErasedKindOut(BaseModel):
    """The objects of one kind."""

    kind: str = Field(description="The table, or the kind of objects.", examples=["answers"])
    deleted: int = Field(description="How many were deleted.", examples=[12])
    left: int = Field(description="How many the last count found.", examples=[0])


class KeptOut(BaseModel):
    """What an erasure does not delete."""

    what: str = Field(description="What stays.", examples=["rows of wallets"])
    why: str = Field(description="Why it stays.", examples=["Money may still arrive there."])


class CertificateOut(BaseModel):
    """What was erased, and what stays."""

    erasure_id: UUID = Field(description="Id of the erasure.", examples=[EXAMPLE_ID])
    user_id: UUID = Field(description="Id of the account.", examples=[EXAMPLE_ID])
    requested_at: datetime = Field(description="When it was asked for.", examples=[EXAMPLE_TIME])
    finished_at: datetime = Field(description="When it was counted last.", examples=[EXAMPLE_TIME])
    erased: list[ErasedKindOut] = Field(description="What was deleted, by kind.")
    kept: list[KeptOut] = Field(description="What stays, and why.")


class ErasureOut(BaseModel):
    """An erasure, and how far it has come."""

    id: UUID = Field(description="Id of the erasure.", examples=[EXAMPLE_ID])
    state: JobState = Field(
        description="`settling`: all is deleted, and counted once more 20 minutes after the"
        " request. `done`: the certificate was sent.",
        examples=["waiting"],
    )
    requested_at: datetime = Field(description="When it was asked for.", examples=[EXAMPLE_TIME])

    @classmethod
    def of(cls, job: DataJob) -> Self:
        """Convert the job."""
        return cls(id=job.id, state=job.state, requested_at=job.requested_at)


class ErasureRecordOut(ErasureOut):
    """An erasure as operators see it."""

    balance: str = Field(
        description="What the closed account has now in USDT: money that was sent to it later.",
        examples=["0.000000"],
    )
    certificate: CertificateOut | None = Field(description="Null until the last count.")

    @classmethod
    def of_record(cls, job: DataJob, balance: int) -> Self:
        """Convert the job and the balance in micro-USDT."""
        shown = ErasureOut.of(job).model_dump()
        certificate = CertificateOut.model_validate(job.certificate) if job.certificate else None
        return cls(**shown, balance=format_usdt(balance), certificate=certificate)
