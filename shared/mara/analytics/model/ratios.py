"""Quotients of figures: exact until they are rounded once."""

from fractions import Fraction
from typing import Final

PLACES: Final = 6
"""Decimal places of a share."""


def share(part: int, whole: int) -> float | None:
    """``part`` ÷ ``whole`` with six decimal places; None where ``whole`` is 0."""
    return float(round(Fraction(part, whole), PLACES)) if whole else None


def rounded(dividend: int, divisor: int) -> int | None:
    """The quotient rounded half up; None where ``divisor`` is 0."""
    return (2 * dividend + divisor) // (2 * divisor) if divisor else None
