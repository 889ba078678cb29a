"""Survivors that were judged: mutants that change nothing a test could notice."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "accepted.toml"


@dataclass(frozen=True)
class Accepted:
    """A mutant by module, enclosing definition and change; ``reason`` says why it may survive.

    An entry accepts one survivor.
    """

    module: str
    within: str
    change: str
    reason: str


def load(file: Path = FILE) -> list[Accepted]:
    """Read the list. Raises ValueError for an entry without a reason."""
    entries = tomllib.loads(file.read_text("utf-8")).get("accepted", [])
    found = [Accepted(**entry) for entry in entries]
    for entry in found:
        if not entry.reason.strip():
            raise ValueError(f"{entry.module}: {entry.change} is accepted without a reason.")
    return found
