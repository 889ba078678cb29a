"""Registration of accounts."""

from collections.abc import Sequence
from dataclasses import dataclass

from mara.auth.messages import SendAccountMail
from mara.auth.model import Credential
from mara.auth.model.mail import MailKind
from mara.auth.ports import Credentials, Passwords
from mara.auth.service.words import check_strength, words_about
from mara.kernel.clock import Clock
from mara.kernel.errors import check_all
from mara.kernel.ids import new_id
from mara.kernel.messages import Publish
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.users.errors import EmailTaken
from mara.users.model import Profile, User
from mara.users.ports import Users


@dataclass(frozen=True, slots=True)
class RegistrationService:
    """Creates accounts. A new account is active, with the role ``user`` and a password."""

    users: Users
    credentials: Credentials
    passwords: Passwords
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def register(self, *, email: str, password: str, profile: Profile) -> User:
        """Create an account, and ask for the mail that confirms its address.

        The e-mail is put in lower case. Raises WeakPassword, EmailTaken.
        """
        at = self.now()
        user = User(
            id=new_id(),
            email=email.lower(),
            role=Role.USER,
            active=True,
            profile=profile,
            created_at=at,
            updated_at=at,
        )
        self.check(email, password, words_about(user))
        # Outside the transaction: a password hash takes a quarter of a second.
        credential = Credential(user.id, self.passwords.hash(password))
        with self.unit_of_work(SYSTEM):
            self.users.add(user)
            self.credentials.save(credential, at)
            kind = MailKind.EMAIL_VERIFICATION
            self.publish(SendAccountMail(id=new_id(), kind=kind, email=user.email))
        return user

    def check(self, email: str | None, password: str | None, about: Sequence[str]) -> None:
        """Check the address and the password, both at once; None is not checked.

        ``about`` are words of the user, which do not strengthen a password. Raises WeakPassword,
        EmailTaken.
        """
        check_all(
            lambda: None if password is None else check_strength(self.passwords, password, about),
            lambda: None if email is None else self._check_free(email.lower()),
        )

    def _check_free(self, email: str) -> None:
        with self.unit_of_work(SYSTEM):
            if self.users.find_by_email(email) is not None:
                raise EmailTaken("Log in, or register with another e-mail.")
