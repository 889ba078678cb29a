"""What this process has counted."""

from mara.metrics.service import recorder


def counted(prefix: str = "") -> dict[str, int]:
    """Return what was counted since the last call, of the series that begin so."""
    changes = recorder().take_changes()
    return {series: value for series, value in changes.items() if series.startswith(prefix)}


def observations(family: str) -> int:
    """Return how many observations of a family were made since the last call."""
    found = counted(f"{family}|")
    return sum(value for series, value in found.items() if not series.endswith("|sum"))
