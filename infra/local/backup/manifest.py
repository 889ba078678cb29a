"""The manifest of a backup: what it holds, and what it was taken of."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from infra.local.backup.sealed import NotABackup

NAME: Final = "manifest.json"
FORMAT: Final = 1
DATABASE: Final = "database.tar"
"""The part with the base backup of PostgreSQL."""


class Damaged(RuntimeError):
    """A part is not the one that the manifest names."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The last part of a backup: a file without it is not whole."""

    taken_at: datetime
    application: str
    """The version of mara."""
    revision: str
    """The Alembic revision of the database."""
    postgres: int
    """The major version of PostgreSQL: another one cannot read the files of the database."""
    parts: Mapping[str, str]
    """The SHA-256 of each part, by its name."""

    def dump(self) -> bytes:
        """Return the content of the part."""
        known = {**asdict(self), "taken_at": self.taken_at.isoformat(), "format": FORMAT}
        return json.dumps(known, indent=1).encode()

    @classmethod
    def load(cls, content: bytes) -> "Manifest":
        """Read the part. Raises NotABackup where its format is another."""
        known: dict[str, Any] = json.loads(content)
        if (number := known.pop("format")) != FORMAT:
            said = f"The backup has format {number}, and this version reads {FORMAT}."
            raise NotABackup(said)
        return cls(**{**known, "taken_at": datetime.fromisoformat(known["taken_at"])})

    def check(self, found: Mapping[str, str]) -> None:
        """Compare the SHA-256 of what was read. Raises Damaged."""
        names = sorted(self.parts.keys() | found.keys())
        other = [name for name in names if self.parts.get(name) != found.get(name)]
        if other:
            raise Damaged(f"Parts of the backup are missing or changed: {', '.join(other[:5])}")
