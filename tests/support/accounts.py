"""Accounts for tests, made through the product's own services."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from mara.kernel.messages import Message
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.users.model import Profile
from mara.wiring.auth import authentication_service, registration_service, session_service

PASSWORD = "tram-lantern-42-orbit"


@dataclass(frozen=True)
class Account:
    id: UUID
    email: str
    token: str
    refresh_token: str
    principal: Principal

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


def _publish_nothing(message: Message) -> None:
    """Most tests have no queue, which would take the mail that confirms the address."""


MakeAccount = Callable[..., Account]


def make_account(name: str = "anna", role: Role = Role.USER) -> Account:
    email = f"{name}@example.com"
    registration = replace(registration_service(), publish=_publish_nothing)
    user = registration.register(email=email, password=PASSWORD, profile=Profile())
    if role is not Role.USER:
        with transaction(SYSTEM):
            connection().execute("UPDATE users SET role = %s WHERE id = %s", (role, user.id))
    tokens = session_service().log_in(email=email, password=PASSWORD, address="192.0.2.1")
    principal = authentication_service().authenticate(tokens.access_token)
    return Account(user.id, email, tokens.access_token, tokens.refresh_token, principal)
