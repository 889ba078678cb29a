"""The list of sessions, and an option of login and refresh."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from mara.auth.model.devices import FailedLogins, OpenSession
from mara.kernel.page import Page

CookieOnly = Annotated[
    bool,
    Query(
        description=(
            "Leave the refresh token out of the body: the browser has it as a cookie, which "
            "scripts cannot read."
        )
    ),
]


class OpenSessionOut(BaseModel):
    """Where the caller is logged in; ``device`` is the User-Agent, ``last_used_at`` to a minute.

    ``current`` is true for the session of the request.
    """

    id: UUID = Field(description="Id of the session.")
    device: str = Field(
        description="The `User-Agent` of the last login or refresh.",
        examples=["Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"],
    )
    address: str = Field(
        description="Network address of the last login or refresh.", examples=["192.0.2.1"]
    )
    created_at: datetime = Field(description="When the session was opened.")
    last_used_at: datetime = Field(description="When the session was last used, to a minute.")
    current: bool = Field(description="Whether the request belongs to this session.")

    @classmethod
    def of(cls, session: OpenSession, current: UUID | None) -> Self:
        """Convert from the domain model."""
        return cls(
            id=session.id,
            device=session.device.user_agent,
            address=session.device.address,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            current=session.id == current,
        )


class FailedLoginsOut(BaseModel):
    """Failed logins to the caller's account from one network, of the last day.

    ``locked_until`` is when the network may try again, null if it may now. Known devices, which
    hold a session of the account, are not locked out by the failures of others.
    """

    network: str = Field(
        description="The network that the logins came from.", examples=["192.0.2.0/24"]
    )
    failures: int = Field(description="Number of failed logins.", examples=[3])
    last_failed_at: datetime = Field(description="When the last one failed.")
    locked_until: datetime | None = Field(
        description="When the network may try again; null if it may now.", examples=[None]
    )

    @classmethod
    def of(cls, failed: FailedLogins) -> Self:
        """Convert from the domain model."""
        return cls(
            network=failed.network,
            failures=failed.failures,
            last_failed_at=failed.last_failed_at,
            locked_until=failed.locked_until,
        )


class OpenSessionsOut(BaseModel):
    """A page of the caller's sessions, and the failed logins of the last day."""

    items: list[OpenSessionOut] = Field(description="The sessions of this page.")
    next_cursor: str | None = Field(
        description="Cursor of the next page: send it as `cursor`; null on the last page.",
        examples=[None],
    )
    total: int | None = Field(
        default=None,
        description="Number of sessions on all pages; null unless the request has `total=true`.",
        examples=[None],
    )
    failed_logins: list[FailedLoginsOut] = Field(
        description="Failed logins of the last day, by network."
    )

    @classmethod
    def of(
        cls, page: Page[OpenSession], failed: Sequence[FailedLogins], current: UUID | None
    ) -> Self:
        """Convert from the domain model."""
        return cls(
            items=[OpenSessionOut.of(session, current) for session in page.items],
            next_cursor=page.next_cursor,
            total=page.total,
            failed_logins=[FailedLoginsOut.of(one) for one in failed],
        )
