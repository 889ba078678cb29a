"""Delivery of e-mails about an account."""

from dataclasses import dataclass
from datetime import datetime

from mara.auth.messages import SendAccountMail
from mara.auth.model.mail import LIMITS, TOKEN_LIFETIMES, AccountMail, MailKind
from mara.auth.model.mail_texts import Letter
from mara.auth.ports import AccountMails
from mara.auth.service.opaque import hash_of, new_opaque_token
from mara.kernel.clock import Clock
from mara.kernel.count_lock import CountLock
from mara.kernel.mail import Mailer
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.users.model import User
from mara.users.ports import Users


@dataclass(frozen=True, slots=True)
class AccountMailService:
    """Sends the mail that a message asks for; a second delivery of it sends no second mail."""

    mails: AccountMails
    users: Users
    mailer: Mailer
    app_url: str
    lock_count: CountLock
    unit_of_work: UnitOfWork
    now: Clock

    def deliver(self, message: SendAccountMail) -> bool:
        """Send the mail; return whether one was sent.

        Nothing is sent to an address without an active account, above the limit of its kind, or
        to confirm an address that is confirmed. Raises Unavailable if the mail service fails: the
        message is then delivered again, with another token.
        """
        token = new_opaque_token() if message.kind in TOKEN_LIFETIMES else ""
        with self.unit_of_work(SYSTEM):
            user = self.users.find_by_email(message.email.lower())
            if user is None or not self._is_wanted(message.kind, user):
                return False
            # Under a lock: parallel messages could otherwise exceed the limit.
            self.lock_count(user.id, "account_mails")
            if self._is_over_limit(message, user):
                return False
            if not self.mails.begin(_mail(message, user, token, self.now())):
                return False
        letter = Letter(message.kind, user.profile.locale, self.app_url, token, message.network)
        self.mailer.send(letter.to(user.email))
        with self.unit_of_work(SYSTEM):
            self.mails.record_sent(message.id, self.now())
        return True

    def _is_wanted(self, kind: MailKind, user: User) -> bool:
        is_confirmed = kind is MailKind.EMAIL_VERIFICATION and user.email_verified_at is not None
        return user.active and not is_confirmed

    def _is_over_limit(self, message: SendAccountMail, user: User) -> bool:
        limit = LIMITS[message.kind]
        since = self.now() - limit.period
        others = self.mails.count(user.id, message.kind, since, besides=message.id)
        return others >= limit.mails


def _mail(message: SendAccountMail, user: User, token: str, at: datetime) -> AccountMail:
    lifetime = TOKEN_LIFETIMES.get(message.kind)
    return AccountMail(
        id=message.id,
        owner_id=user.id,
        kind=message.kind,
        token_hash=hash_of(token) if token else None,
        created_at=at,
        expires_at=at + lifetime if lifetime else None,
    )
