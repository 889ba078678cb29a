"""Assembles the services that accept the tokens of e-mails about accounts."""

from functools import cache

from mara.auth.adapters.postgres import PostgresCredentials
from mara.auth.adapters.postgres_mails import PostgresAccountMails
from mara.auth.adapters.postgres_sessions import PostgresSessions
from mara.auth.service.recovery import EmailVerificationService, PasswordResetService
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.outbox_rows import publish_by_relay
from mara.users.adapters.postgres import PostgresUsers
from mara.wiring.passwords import passwords


@cache
def password_reset_service() -> PasswordResetService:
    """Reset of forgotten passwords."""
    return PasswordResetService(
        mails=PostgresAccountMails(),
        users=PostgresUsers(),
        credentials=PostgresCredentials(),
        passwords=passwords(),
        sessions=PostgresSessions(),
        publish=publish_by_relay,
        unit_of_work=transaction,
        now=now,
    )


@cache
def email_verification_service() -> EmailVerificationService:
    """Confirmation of e-mail addresses."""
    return EmailVerificationService(
        PostgresAccountMails(), PostgresUsers(), publish_by_relay, transaction, now
    )
