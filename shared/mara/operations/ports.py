"""What operations needs from the outside world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mara.wallets.model import ChainStatus


class Probe(Protocol):
    @property
    def name(self) -> str: ...

    def check(self) -> None:
        """Ask the dependency the least that proves it works. Raises whatever it raises."""


class Chore(Protocol):
    def __call__(self, now: datetime) -> object:
        """Do it, and return a figure for the log."""


class LookAtChains(Protocol):
    def __call__(self) -> Sequence[ChainStatus]:
        """Each chain that is on. Raises whatever it raises."""
