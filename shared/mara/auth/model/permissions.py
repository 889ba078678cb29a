"""Access rules: the least role and the API-key scope that a route requires."""

from dataclasses import dataclass
from enum import Enum

from mara.auth.errors import KeyNotAllowed, MissingScope, NotAllowed
from mara.auth.model import Scope
from mara.kernel.principal import Principal, Role


class Access(Enum):
    """The least role that may call a route; every role includes the ones before it."""

    PUBLIC = 0
    USER = 1
    ADMIN = 2
    SUPERUSER = 3


ACCESS_OF_ROLE = {
    Role.USER: Access.USER,
    Role.ADMIN: Access.ADMIN,
    Role.SUPERUSER: Access.SUPERUSER,
}
"""The most restricted access level that each role meets."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The access rule of one route.

    ``key_scope`` is the scope that an API key needs; ``None`` means that the route refuses
    API keys.
    """

    access: Access
    key_scope: Scope | None = None

    def check(self, principal: Principal) -> None:
        """Check the role, then the API key. Raises NotAllowed, KeyNotAllowed, MissingScope."""
        if ACCESS_OF_ROLE[principal.role].value < self.access.value:
            raise NotAllowed(f"This requires the role {self.access.name.lower()}.")
        if not principal.is_api_key:
            return
        if self.key_scope is None:
            raise KeyNotAllowed("Log in, and use the access token.")
        if not principal.has_scope(self.key_scope):
            raise MissingScope(f"Create a key with the scope {self.key_scope.value}.")
