"""How much superusers may give away by hand."""

from pydantic import Field

from mara.platform.settings.base import Settings


class CreditSettings(Settings):
    """Limits of credits by hand, in whole USDT; a day is one of UTC."""

    credit_max_usdt: int = Field(default=1000, ge=1, le=1_000_000)
    """The largest credit."""
    credits_per_day_usdt: int = Field(default=1000, ge=1, le=10_000_000)
    """All credits of a day together, of all superusers to all users."""
