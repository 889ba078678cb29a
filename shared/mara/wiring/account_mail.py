"""Assembles the services that send e-mails about accounts and accept their tokens."""

from functools import cache

from mara.auth.adapters.postgres import PostgresCredentials
from mara.auth.adapters.postgres_mails import PostgresAccountMails
from mara.auth.adapters.postgres_sessions import PostgresSessions
from mara.auth.service.mail import AccountMailService
from mara.auth.service.recovery import EmailVerificationService, PasswordResetService
from mara.platform.clock import now
from mara.platform.count_lock import lock_count
from mara.platform.database import transaction
from mara.platform.outbox import publish
from mara.platform.ses import SesMailer
from mara.platform.settings.mail import MailSettings
from mara.users.adapters.postgres import PostgresUsers
from mara.wiring.passwords import passwords


@cache
def account_mail_service() -> AccountMailService:
    """Delivery of e-mails, by Amazon SES."""
    settings = MailSettings()
    return AccountMailService(
        mails=PostgresAccountMails(),
        users=PostgresUsers(),
        mailer=SesMailer(settings.mail_from),
        app_url=settings.app_url,
        lock_count=lock_count,
        unit_of_work=transaction,
        now=now,
    )


@cache
def password_reset_service() -> PasswordResetService:
    """Reset of forgotten passwords."""
    return PasswordResetService(
        mails=PostgresAccountMails(),
        users=PostgresUsers(),
        credentials=PostgresCredentials(),
        passwords=passwords(),
        sessions=PostgresSessions(),
        publish=publish,
        unit_of_work=transaction,
        now=now,
    )


@cache
def email_verification_service() -> EmailVerificationService:
    """Confirmation of e-mail addresses."""
    return EmailVerificationService(
        PostgresAccountMails(), PostgresUsers(), publish, transaction, now
    )
