"""Request and response bodies of password reset and e-mail verification."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from mara.auth.schemas import EXAMPLE_EMAIL, EXAMPLE_NEW_PASSWORD, AccountEmail, Password

EXAMPLE_TOKEN = "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"  # noqa: S105 - a documentation example, not a credential


class PasswordForgotten(BaseModel):
    """The e-mail address of the account."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"email": EXAMPLE_EMAIL}]}
    )

    email: AccountEmail


class MailTokenIn(BaseModel):
    """The token of a mail; it can be used once."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={"examples": [{"token": EXAMPLE_TOKEN}]},
    )

    token: SecretStr = Field(
        min_length=1,
        max_length=200,
        description="The token of the mail.",
        examples=[EXAMPLE_TOKEN],
    )


class PasswordReset(MailTokenIn):
    """The token of a mail, and the new password."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"token": EXAMPLE_TOKEN, "new_password": EXAMPLE_NEW_PASSWORD}]
        },
    )

    new_password: Password = Field(
        description="The new password, which must not be easy to guess.",
        examples=[EXAMPLE_NEW_PASSWORD],
    )


class AcceptedOut(BaseModel):
    """The mail is sent soon, if there is an account that it can be sent to."""

    status: Literal["accepted"] = Field(
        default="accepted", description="The request was accepted; the mail follows."
    )
