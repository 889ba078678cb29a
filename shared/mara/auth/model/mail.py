"""E-mails about an account, and the single-use tokens in them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class MailKind(StrEnum):
    """What an e-mail is about."""

    EMAIL_VERIFICATION = "email_verification"
    LOGIN_LOCK = "login_lock"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - what a mail is about, not a credential


TOKEN_LIFETIMES = {
    MailKind.EMAIL_VERIFICATION: timedelta(days=1),
    MailKind.PASSWORD_RESET: timedelta(minutes=30),
}
"""How long the token of a mail is valid; a mail of another kind has none."""


@dataclass(frozen=True, slots=True)
class MailLimit:
    """At most ``mails`` of a kind go to one account within ``period``."""

    mails: int
    period: timedelta


LIMITS = {
    MailKind.EMAIL_VERIFICATION: MailLimit(5, timedelta(days=1)),
    MailKind.LOGIN_LOCK: MailLimit(1, timedelta(days=1)),
    MailKind.PASSWORD_RESET: MailLimit(3, timedelta(minutes=30)),
}
"""So that others cannot flood a mailbox.

A period is not longer than the token is valid: who reaches the limit has a mail that works.
"""


@dataclass(frozen=True, slots=True)
class AccountMail:
    """An e-mail about an account; of its token, only the SHA-256 is stored.

    ``id`` is that of the message that asked for it: a second delivery sends no second mail.
    """

    id: UUID
    owner_id: UUID
    kind: MailKind
    token_hash: bytes | None
    created_at: datetime
    expires_at: datetime | None
