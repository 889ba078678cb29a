"""Parameters and bodies of the routes of notices."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from mara.kernel.json_types import JsonBool
from mara.notifications.model.notice_texts import text_of
from mara.notifications.model.notices import (
    Channel,
    Notice,
    NoticeKind,
    NoticePreferences,
    TelegramState,
)

NoticeSort = Annotated[
    Literal["-unread", "-created_at", "created_at"],
    Query(description="`-unread`: unread ones first; else by time, with `-` the newest first."),
]
OnlyUnread = Annotated[
    bool | None,
    Query(description="true: only unread notices; false: only those read.", examples=[True]),
]
WantedNoticeKind = Annotated[
    NoticeKind | None,
    Query(description="Only notices of this kind.", examples=["deposit_credited"]),
]


class NoticeOut(BaseModel):
    """A notice in the language of the account."""

    id: UUID = Field(description="Id of the notice.")
    kind: NoticeKind = Field(description="What it is about.", examples=["deposit_credited"])
    text: str = Field(
        description="The notice as a sentence, in the language of the account.",
        examples=["A deposit of 10.00 USDT was credited."],
    )
    data: Mapping[str, Any] = Field(
        description="Ids and figures of the event.",
        examples=[{"deposit_id": "0199f3c2-7a10-7cc0-8d3e-5b0f2c9d4e11"}],
    )
    created_at: datetime = Field(description="When the notice was made.")
    read_at: datetime | None = Field(
        description="When it was marked as read, null if it is unread.", examples=[None]
    )

    @classmethod
    def of(cls, notice: Notice, language: str) -> Self:
        """Build the response from the model object."""
        return cls(
            id=notice.id,
            kind=notice.kind,
            text=text_of(notice, language),
            data=notice.data,
            created_at=notice.created_at,
            read_at=notice.read_at,
        )


class ReadOut(BaseModel):
    """How many notices were marked as read."""

    count: int = Field(description="How many were unread before.", examples=[3])


class PreferenceOut(BaseModel):
    """Where notices of one kind go."""

    kind: NoticeKind = Field(description="The kind of the notices.", examples=["deposit_seen"])
    api: bool = Field(description="Whether `GET /notifications` lists them.", examples=[True])
    telegram: bool = Field(description="Whether they go to the user's Telegram.", examples=[True])
    webhooks: bool = Field(
        description="Whether their events go to outgoing webhooks.", examples=[False]
    )


class PreferencesOut(BaseModel):
    """Where notices of each kind go."""

    telegram: TelegramState = Field(
        description="Whether notices reach your Telegram: `off` where Telegram refuses them, "
        "because you have blocked the bot; `not_linked` without a linked account.",
        examples=["on"],
    )
    items: Sequence[PreferenceOut] = Field(description="One of each kind.")

    @classmethod
    def of(cls, preferences: NoticePreferences, telegram: TelegramState) -> Self:
        """Build the response from the model objects."""
        return cls(
            telegram=telegram,
            items=[
                PreferenceOut(
                    kind=kind,
                    **{channel.value: preferences.wants(kind, channel) for channel in Channel},
                )
                for kind in NoticeKind
            ],
        )


class PreferenceIn(BaseModel):
    """Where notices of one kind go; what is omitted stays as it is."""

    model_config = ConfigDict(extra="forbid")

    kind: NoticeKind = Field(description="The kind of the notices.", examples=["deposit_seen"])
    api: JsonBool | None = Field(
        default=None, description="Whether `GET /notifications` lists them.", examples=[True]
    )
    telegram: JsonBool | None = Field(
        default=None, description="Whether they go to the user's Telegram.", examples=[True]
    )
    webhooks: JsonBool | None = Field(
        default=None,
        description="Whether their events go to outgoing webhooks.",
        examples=[False],
    )


class PreferencesIn(BaseModel):
    """Where notices go; kinds that are omitted stay as they are."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"items": [{"kind": "deposit_seen", "webhooks": False}]}]},
    )

    items: Sequence[PreferenceIn] = Field(
        min_length=1,
        max_length=100,
        description="The kinds that change.",
        examples=[[{"kind": "deposit_seen", "webhooks": False}]],
    )

    def choices(self) -> Sequence[tuple[NoticeKind, Channel, bool]]:
        """What is chosen, in order."""
        return [
            (item.kind, channel, wanted)
            for item in self.items
            for channel in Channel
            if (wanted := getattr(item, channel.value)) is not None
        ]
