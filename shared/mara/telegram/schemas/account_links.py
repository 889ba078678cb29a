"""Responses of the routes of the caller's own Telegram account."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from mara.notifications.model.notices import TelegramState
from mara.telegram.model.person import NewInvitation
from mara.telegram.model.platform_bot import AccountLink


class AccountLinkOut(BaseModel):
    """The Telegram account that gets the caller's notices."""

    state: TelegramState = Field(
        description="`on`: notices go there; `off`: Telegram refuses them, because the person has "
        "blocked the bot, and they go there again once the bot is started again; `not_linked`.",
        examples=["on"],
    )
    telegram_id: int | None = Field(
        description="Id of the account in Telegram, null where none is linked.",
        examples=[100000001],
    )
    name: str | None = Field(
        description="Name that Telegram showed when it was linked, null where none is.",
        examples=["Ann"],
    )
    linked_at: datetime | None = Field(
        description="When it was linked, null where none is.", examples=["2026-11-28T12:00:00Z"]
    )

    @classmethod
    def of(cls, link: AccountLink) -> Self:
        """Build the response from the model object."""
        person = link.person
        return cls(
            state=link.state,
            telegram_id=person.telegram_id if person else None,
            name=person.name if person else None,
            linked_at=person.linked_at if person else None,
        )


class AccountInvitationOut(BaseModel):
    """A new link; it is shown only in this response."""

    link: str = Field(
        description="Opens the platform's bot in Telegram; it works once.",
        examples=["https://t.me/mara_bot?start=Ct3mB5r7xkHq3cVw0yTqk3"],
    )
    expires_at: datetime = Field(description="Until when the link works: for ten minutes.")

    @classmethod
    def of(cls, invitation: NewInvitation) -> Self:
        """Build the response from the model object."""
        return cls(link=invitation.link, expires_at=invitation.expires_at)
