"""All of a use case, or none of it."""

from contextlib import AbstractContextManager
from typing import Final, Literal, Protocol
from uuid import UUID

SYSTEM: Final = "system"
"""Acts for nobody in particular: consumers, schedules, and a login before it knows who calls."""

Scope = UUID | Literal["system"]
"""Whose rows a transaction may see: one user's, or everyone's."""


class UnitOfWork(Protocol):
    def __call__(self, scope: Scope) -> AbstractContextManager[None]:
        """Open a transaction in ``scope``: commits on a clean exit, rolls back on any exception.

        A nested one raises RuntimeError: a use case opens its transaction once.
        """
