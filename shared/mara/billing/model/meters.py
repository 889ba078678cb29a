"""Meters: what a plan allows and what use above it costs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from mara.billing.model.periods import ceil_div


class Meter(StrEnum):
    """What is counted. Levels are present amounts; the others start at 0 in each usage period."""

    ANSWERS = "answers"
    GENERATED_TOKENS = "generated_tokens"
    PAGES = "pages"
    ALERTS = "alerts"
    STORED_MB = "stored_mb"
    AGENTS = "agents"
    BOTS = "bots"

    @property
    def is_level(self) -> bool:
        """Whether it is counted when something is created and deleted; it has no overage price."""
        return self in LEVELS

    @property
    def unit(self) -> int:
        """How many of them an overage price buys."""
        return UNITS.get(self, 1)


LEVELS: Final = frozenset({Meter.STORED_MB, Meter.AGENTS, Meter.BOTS})
UNITS: Final[Mapping[Meter, int]] = {Meter.GENERATED_TOKENS: 1000}


class Feature(StrEnum):
    """What a plan contains or not, without a quantity."""

    GENERATED_ANSWERS = "generated_answers"
    ALERTS = "alerts"
    WEBHOOKS = "webhooks"


def overage_price(meter: Meter, units: int, price: int) -> int:
    """What ``units`` above the allowance cost, in micro-USDT: ``price`` buys one ``meter.unit``."""
    return ceil_div(units * price, meter.unit)
