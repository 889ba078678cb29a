"""The rule of a stopped scan with a low limit: a demo does not wait for ten minutes."""

from dataclasses import replace
from typing import Final

from infra.observability.kinds import KINDS
from infra.observability.prometheus_rules import rules_of, written

NETWORK: Final = "tron"
LIMIT_S: Final = 90
"""A scan runs each minute, so that the lag of a healthy one stays below it."""
KIND: Final = next(kind for kind in KINDS if kind.name == "chain-stalled")
GAUGE: Final = f'mara_chain_lag_seconds{{network="{NETWORK}"}} '


def demo_rules() -> str:
    """Return a file of rules that has this one alone."""
    return written(rules_of([replace(KIND, threshold=LIMIT_S, hold="0m")]))


def is_behind(scraped: str) -> bool:
    """Whether the limit is exceeded in the text of a scrape."""
    values = [line for line in scraped.splitlines() if line.startswith(GAUGE)]
    return any(float(line.removeprefix(GAUGE)) > LIMIT_S for line in values)
