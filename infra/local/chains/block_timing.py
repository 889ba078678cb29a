"""How fast the local chains move: how often a block is mined, and how soon it is final."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

PERIOD_DEFAULT_S = 2.0
FINAL_DEFAULT_S = {"arbitrum": 20.0, "tron": 10.0}
"""The public chains take 20 min and 1 min; these are for people who wait for test money."""


class InvalidTiming(RuntimeError):
    """A variable of the timing is no number, or out of its range; the message names it."""


@dataclass(frozen=True)
class BlockTiming:
    """``final_s`` is the time after which a block is final, at most; both are in seconds.

    ``starts_paused``: the chains mine no block by themselves until `mara chain resume`.
    """

    period_s: float = PERIOD_DEFAULT_S
    final_s: Mapping[str, float] = field(default_factory=lambda: FINAL_DEFAULT_S)
    starts_paused: bool = False

    def slots(self, name: str) -> int:
        """The slots in an epoch of anvil: ``safe`` lags by so many, ``finalized`` by twice that.

        One period is left for the time until the next block.
        """
        return max(1, int((self.final_s[name] - self.period_s) / (2 * self.period_s)))


def read_timing() -> BlockTiming:
    """From MARA_BLOCK_S (0 starts paused), MARA_ARBITRUM_FINAL_S and MARA_TRON_FINAL_S.

    Raises InvalidTiming.
    """
    period_s = _seconds("MARA_BLOCK_S", PERIOD_DEFAULT_S, least=0.0)
    final_s = {
        name: _seconds(f"MARA_{name.upper()}_FINAL_S", default, least=0.1)
        for name, default in FINAL_DEFAULT_S.items()
    }
    return BlockTiming(period_s or PERIOD_DEFAULT_S, final_s, starts_paused=period_s == 0)


def _seconds(name: str, default: float, *, least: float) -> float:
    text = os.environ.get(name, "")
    try:
        seconds = float(text or default)
    except ValueError:
        seconds = -1.0
    if not least <= seconds <= 3600:  # noqa: PLR2004 - an hour
        raise InvalidTiming(f"{name} is {text}: give seconds, from {least:g} to 3600.")
    return seconds
