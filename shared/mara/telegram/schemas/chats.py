"""Requests and responses of the routes of chats, people and invitations."""

from datetime import datetime
from typing import Annotated, Final, Literal, Self

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.person import BotPerson, NewInvitation, PersonKind

_ID_MAX: Final = 2**52
ChatIdPath = Annotated[
    int,
    Path(
        ge=-_ID_MAX,
        le=_ID_MAX,
        description="Id of the chat in Telegram.",
        examples=[-1001234567890],
    ),
]
PersonIdPath = Annotated[
    int, Path(ge=1, le=_ID_MAX, description="Id of the account in Telegram.", examples=[100000001])
]
WantedState = Annotated[
    ChatState | None, Query(description="Only chats in this state.", examples=["pending"])
]


class BotChatIn(BaseModel):
    """What the owner decides about a chat."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"state": "approved"}]}
    )

    state: Literal["approved", "refused"] = Field(
        description="`approved`: the bot reads the chat and answers in it; `refused`: it does "
        "neither.",
        examples=["approved"],
    )

    def to_state(self) -> ChatState:
        """Convert to the model's state."""
        return ChatState(self.state)


class BotChatOut(BaseModel):
    """A chat of a bot."""

    chat_id: int = Field(description="Id of the chat in Telegram.", examples=[-1001234567890])
    title: str = Field(description="Title of the chat, or name of the person.", examples=["Ops"])
    kind: ChatKind = Field(description="Kind of the chat.", examples=["supergroup"])
    state: ChatState = Field(
        description="`pending`: waits for a decision, the bot is silent; `approved`, `refused`; "
        "`unreachable`: the bot may not write there.",
        examples=["pending"],
    )
    added_by: int | None = Field(
        description="Id of the Telegram account that added the bot; null where it is not known.",
        examples=[100000002],
    )
    changed_at: datetime = Field(description="When the chat or its state changed last.")
    muted_until: datetime | None = Field(
        description="Until when alerts wait that are not critical, by `/mute`; null without one.",
        examples=["2026-01-15T11:30:00Z"],
    )

    @classmethod
    def of(cls, chat: BotChat) -> Self:
        """Build the response from the model object."""
        return cls(
            chat_id=chat.chat_id,
            title=chat.title,
            kind=chat.kind,
            state=chat.state,
            added_by=chat.added_by,
            changed_at=chat.changed_at,
            muted_until=chat.muted_until,
        )


class BotInvitationIn(BaseModel):
    """An invitation to make."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"links": "invited"}]}
    )

    links: Literal["owner", "invited"] = Field(
        default="invited",
        description="`invited`: a person who may ask; `owner`: your own account, which also sees "
        "balance and status, and whose groups are approved at once.",
        examples=["invited"],
    )

    def to_kind(self) -> PersonKind:
        """Convert to the model's kind."""
        return PersonKind(self.links)


class BotInvitationOut(BaseModel):
    """A new invitation; the link is shown only in this response."""

    link: str = Field(
        description="Opens the bot in Telegram; it works once, for one account.",
        examples=["https://t.me/runbook_bot?start=Ct3mB5r7xkHq3cVw0yTqk3"],
    )
    links: PersonKind = Field(description="What the account becomes.", examples=["invited"])
    expires_at: datetime = Field(description="Until when the link works: for ten minutes.")

    @classmethod
    def of(cls, invitation: NewInvitation) -> Self:
        """Build the response from the model object."""
        return cls(link=invitation.link, links=invitation.makes, expires_at=invitation.expires_at)


class BotPersonOut(BaseModel):
    """A Telegram account that may ask the bot in private."""

    telegram_id: int = Field(description="Id of the account in Telegram.", examples=[100000001])
    kind: PersonKind = Field(description="What the account is.", examples=["invited"])
    name: str = Field(description="Name that Telegram showed when it was linked.", examples=["Ann"])
    linked_at: datetime = Field(description="When the account was linked.")

    @classmethod
    def of(cls, person: BotPerson) -> Self:
        """Build the response from the model object."""
        return cls(
            telegram_id=person.telegram_id,
            kind=person.kind,
            name=person.name,
            linked_at=person.linked_at,
        )
