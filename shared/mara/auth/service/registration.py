"""Registration of accounts."""

from dataclasses import dataclass

from mara.auth.errors import WeakPassword
from mara.auth.model import Credential
from mara.auth.ports import Credentials, Passwords
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.users.model import Profile, User
from mara.users.ports import Users


@dataclass(frozen=True, slots=True)
class RegistrationService:
    """Creates accounts. A new account is active, with the role ``user`` and a password."""

    users: Users
    credentials: Credentials
    passwords: Passwords
    unit_of_work: UnitOfWork
    now: Clock

    def register(self, *, email: str, password: str, profile: Profile) -> User:
        """Create an account; the e-mail is put in lower case. Raises WeakPassword, EmailTaken."""
        about_the_user = [email, profile.full_name or "", profile.company or ""]
        if reason := self.passwords.weakness_reason(password, about_the_user):
            raise WeakPassword(reason)
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
        # Outside the transaction: a password hash takes a quarter of a second.
        credential = Credential(user.id, self.passwords.hash(password))
        with self.unit_of_work(SYSTEM):
            self.users.add(user)
            self.credentials.save(credential, at)
        return user
