"""Assembles the service that sends e-mails about accounts."""

from functools import cache

from mara.auth.adapters.postgres_mails import PostgresAccountMails
from mara.auth.service.mail import AccountMailService
from mara.platform.clock import now
from mara.platform.count_lock import lock_count
from mara.platform.database import transaction
from mara.platform.ses import SesMailer
from mara.platform.settings.mail import MailSettings
from mara.users.adapters.postgres import PostgresUsers


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
