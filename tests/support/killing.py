"""Simulated crashes: kills at a chosen call to the outside world."""

from dataclasses import dataclass
from typing import Any


class Killed(BaseException):
    """As SIGKILL: the program does nothing after it; the database rolls back."""


@dataclass
class Killer:
    """Kills at the ``after``-th touch of the outside world; None never kills."""

    after: int | None = None
    touched: int = 0

    def touch(self) -> None:
        self.touched += 1
        if self.after is not None and self.touched >= self.after:
            raise Killed


class Mortal:
    """Forwards every call, and may be killed before and after it."""

    def __init__(self, target: object, killer: Killer) -> None:
        self._target = target
        self._killer = killer

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            self._killer.touch()
            result = found(*arguments, **named)
            self._killer.touch()
            return result

        return call
