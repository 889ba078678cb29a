"""What the figures of use are computed with."""

from functools import cache

from pydantic import Field

from mara.kernel.money import UsdtIn
from mara.platform.settings.base import Settings


class AnalyticsSettings(Settings):
    """``cost_per_1000_tokens`` is in micro-USDT once it is read."""

    cost_per_1000_tokens: UsdtIn = Field(default="0.0002", validate_default=True)
    """What 1000 generated tokens cost us, in USDT: machines and power, or a provider's price."""


@cache
def analytics_settings() -> AnalyticsSettings:
    """Return the settings, read once per process."""
    return AnalyticsSettings()
