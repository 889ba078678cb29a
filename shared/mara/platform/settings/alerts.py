"""When alerts that nothing is heard of count as over, and how long alerts are kept."""

from functools import cache

from pydantic import Field

from mara.platform.settings.base import Settings


class AlertTimes(Settings):
    """Times of alerts."""

    alert_stale_hours: int = Field(default=24, ge=1)
    """Hours without a signal after which an alert that fires counts as over."""
    alert_retention_days: int = Field(default=180, ge=1)
    """Days for which alerts are kept after their last signal."""


@cache
def alert_settings() -> AlertTimes:
    """Return the times, read once per process."""
    return AlertTimes()
