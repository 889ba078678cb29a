"""Reset of a forgotten password, and confirmation of an e-mail address."""

from dataclasses import dataclass, replace

from mara.auth.errors import InvalidMailToken
from mara.auth.messages import PasswordChanged, SendAccountMail
from mara.auth.model import Credential
from mara.auth.model.mail import MailKind
from mara.auth.ports import AccountMails, Credentials, Passwords, Sessions
from mara.auth.service.opaque import hash_of
from mara.auth.service.words import check_strength, words_about
from mara.kernel.clock import Clock
from mara.kernel.errors import check_all
from mara.kernel.ids import new_id
from mara.kernel.messages import Publish
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.users.model import User
from mara.users.ports import Users

NOT_VALID = "It was used, or has expired. Ask for another one."


@dataclass(frozen=True, slots=True)
class PasswordResetService:
    """Sends a single-use token by mail, and sets the password of the account whose token it is."""

    mails: AccountMails
    users: Users
    credentials: Credentials
    passwords: Passwords
    sessions: Sessions
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def request(self, email: str) -> None:
        """Ask for the mail; known and unknown addresses are treated alike."""
        kind = MailKind.PASSWORD_RESET
        with self.unit_of_work(SYSTEM):
            self.publish(SendAccountMail(id=new_id(), kind=kind, email=email.lower()))

    def reset(self, token: str, new: str) -> None:
        """Set the password, revoke all sessions, and confirm the address that got the mail.

        Raises InvalidMailToken, and WeakPassword, which leaves the token valid.
        """
        user = self.check(token, new)
        assert user is not None  # noqa: S101 - check() raises where there is none
        # Outside the transaction: a password hash takes a quarter of a second.
        self._set(hash_of(token), user, Credential(user.id, self.passwords.hash(new)))

    def check(self, token: str | None, new: str | None) -> User | None:
        """Check token and password, both at once; None is not checked. Return whose token it is.

        Raises InvalidMailToken, WeakPassword.
        """
        user = None if token is None else self._find_user(token)
        about = words_about(user) if user else ()
        check_all(
            lambda: None if token is None else _check_found(user),
            lambda: None if new is None else check_strength(self.passwords, new, about),
        )
        return user

    def _find_user(self, token: str) -> User | None:
        """Return the active user whose token it is, None if it is not valid."""
        with self.unit_of_work(SYSTEM):
            found = self.mails.find_owner(hash_of(token), MailKind.PASSWORD_RESET, self.now())
            user = self.users.get(found) if found else None
        return user if user and user.active else None

    def _set(self, token_hash: bytes, user: User, credential: Credential) -> None:
        with self.unit_of_work(SYSTEM):
            at = self.now()
            if not self.mails.spend(token_hash, MailKind.PASSWORD_RESET, at):
                raise InvalidMailToken(NOT_VALID)
            locked = self.users.lock(user.id)
            if not locked.active:
                raise InvalidMailToken(NOT_VALID)
            self.users.save(replace(locked, email_verified_at=locked.email_verified_at or at))
            self.credentials.save(credential, at)
            self.sessions.revoke_all(user.id, at, "password reset")
            self.mails.spend_all(user.id, MailKind.PASSWORD_RESET, at)
            self.publish(PasswordChanged(owner_id=user.id))


def _check_found(user: User | None) -> None:
    if user is None:
        raise InvalidMailToken(NOT_VALID)


@dataclass(frozen=True, slots=True)
class EmailVerificationService:
    """Sends a single-use token to the caller's address, and confirms the address."""

    mails: AccountMails
    users: Users
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def request(self, caller: Principal) -> None:
        """Ask for the mail; an address that is confirmed already gets none."""
        with self.unit_of_work(caller.user_id):
            email = self.users.get(caller.user_id).email
            self.publish(
                SendAccountMail(id=new_id(), kind=MailKind.EMAIL_VERIFICATION, email=email)
            )

    def verify(self, token: str) -> None:
        """Confirm the address to which the token was sent. Raises InvalidMailToken."""
        kind, token_hash = MailKind.EMAIL_VERIFICATION, hash_of(token)
        with self.unit_of_work(SYSTEM):
            at = self.now()
            owner_id = self.mails.find_owner(token_hash, kind, at)
            if owner_id is None or not self.mails.spend(token_hash, kind, at):
                raise InvalidMailToken(NOT_VALID)
            user = self.users.lock(owner_id)
            if user.is_erased:
                raise InvalidMailToken(NOT_VALID)
            self.users.save(replace(user, email_verified_at=user.email_verified_at or at))
            self.mails.spend_all(owner_id, kind, at)
