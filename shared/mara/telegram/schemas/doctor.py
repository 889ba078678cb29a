"""The response of the doctor."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from mara.telegram.model.doctor import Check, CheckState
from mara.telegram.model.doctor_texts import fix_text, seen_text
from mara.telegram.service.bot_doctor import Diagnosis


class CheckOut(BaseModel):
    """What one check saw."""

    check: Check = Field(description="What was checked.", examples=["token"])
    chat_id: int | None = Field(
        description="Id of the chat that was checked; null for checks of the bot itself.",
        examples=[None],
    )
    state: CheckState = Field(
        description="`unknown`: Telegram did not answer in time, or does not say.", examples=["ok"]
    )
    seen: str = Field(
        description="What the check saw, in the language of the account.",
        examples=["Telegram knows the token: @runbook_bot."],
    )
    fix: str | None = Field(
        description="What to do about it; null where nothing is wrong.", examples=[None]
    )


class DoctorOut(BaseModel):
    """The checks of a bot, then those of its chats."""

    items: Sequence[CheckOut] = Field(description="One of each check, and of each chat.")
    checked_at: datetime = Field(description="When the checks were made.")

    @classmethod
    def of(cls, diagnosis: Diagnosis) -> Self:
        """Build the response from the model object."""
        language = diagnosis.language
        return cls(
            items=[
                CheckOut(
                    check=finding.check,
                    chat_id=finding.chat_id,
                    state=finding.state,
                    seen=seen_text(finding, language),
                    fix=fix_text(finding, language, diagnosis.config_id),
                )
                for finding in diagnosis.findings
            ],
            checked_at=diagnosis.at,
        )
