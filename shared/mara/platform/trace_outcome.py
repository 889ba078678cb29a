"""How the handling of an event ended, as traces tell it."""

from dataclasses import dataclass


@dataclass(slots=True)
class TraceOutcome:
    """An HTTP status, or a word such as ``succeeded``."""

    status: str
