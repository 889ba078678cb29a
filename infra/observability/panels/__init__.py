"""The panels of the dashboards, by what they are about."""

from typing import Final

from infra.observability.panel import Panel
from infra.observability.panels.money_and_chains import CHAINS, MONEY
from infra.observability.panels.serving import ANSWERS, API, TELEGRAM
from infra.observability.panels.work import WORK

PANELS: Final[tuple[Panel, ...]] = (*MONEY, *CHAINS, *WORK, *API, *ANSWERS, *TELEGRAM)
"""In the order of the dashboards."""
