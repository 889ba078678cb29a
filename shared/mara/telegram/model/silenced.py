"""What became of the webhooks of an account's bots."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Silenced:
    """Numbers of bots: without a webhook now, with a token that nothing can read, and not reached.

    ``unreached`` is not complete: after some failures the others are not tried.
    """

    removed: int = 0
    unreadable: int = 0
    unreached: int = 0
