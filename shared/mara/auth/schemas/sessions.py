"""The list of sessions, and an option of login and refresh."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

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

    id: UUID
    device: str
    address: str
    created_at: datetime
    last_used_at: datetime
    current: bool

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

    network: str
    failures: int
    last_failed_at: datetime
    locked_until: datetime | None

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
    """A page of the caller's sessions, newest first, and the failed logins of the last day."""

    items: list[OpenSessionOut]
    next_cursor: str | None
    failed_logins: list[FailedLoginsOut]

    @classmethod
    def of(
        cls, page: Page[OpenSession], failed: Sequence[FailedLogins], current: UUID | None
    ) -> Self:
        """Convert from the domain model."""
        return cls(
            items=[OpenSessionOut.of(session, current) for session in page.items],
            next_cursor=page.next_cursor,
            failed_logins=[FailedLoginsOut.of(one) for one in failed],
        )
