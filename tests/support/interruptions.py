"""Real adapters that let another request run at a place where a request holds no lock."""

from collections.abc import Callable
from dataclasses import dataclass, field

from mara.auth.adapters.bcrypt import BcryptPasswords


@dataclass(frozen=True)
class InterruptedPasswords(BcryptPasswords):
    """Hashes slowly: each of ``meanwhile`` runs once, during one hash, in their order."""

    cost: int = 4
    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    def hash(self, password: str) -> str:
        """Run what happens in the meantime, and return the hash."""
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return super().hash(password)
