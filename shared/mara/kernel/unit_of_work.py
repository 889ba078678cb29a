"""The transaction of a use case, and whose rows it may see."""

from contextlib import AbstractContextManager
from typing import Final, Literal, Protocol
from uuid import UUID

from mara.kernel.errors import Unavailable

SYSTEM: Final = "system"
"""Sees all rows: for consumers, schedules, and a login before the user is known."""

Scope = UUID | Literal["system"]
"""Whose rows a transaction may see: one user's, or everyone's."""


class DatabaseUnavailable(Unavailable):
    """The database does not answer; what was asked may be done, so repeat it with the same key."""

    # A repetition must find what was written last, as after a crash: nothing is undone meanwhile.

    title = "The database does not answer"
    problem_domain = "platform"


class UnitOfWork(Protocol):
    """Opens the transaction of a use case."""

    def __call__(self, scope: Scope) -> AbstractContextManager[None]:
        """Open a transaction in ``scope``: commits on a clean exit, rolls back on any exception.

        A nested one raises RuntimeError: a use case opens its transaction once.
        """
