"""Numbers in texts, by value: ``1 250,00`` is ``1250``."""

import re

_GROUP = r"[ \u00a0\u202f\u2009]"
NUMBER = re.compile(
    rf"(?<![\w.,-])-?(\d{{1,3}}(?:{_GROUP}\d{{3}})+|\d{{1,3}}(?:,\d{{3}})+|\d+)([.,]\d+)?(?![\w]|[.,/:-]\w)"
)
GROUP_DIGITS = 3
"""Digits between the separators of thousands."""
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


def readings(number: str) -> set[str]:
    """The values that the spelling of a number may have: ``1,250`` is 1250 or 1.25."""
    plain = re.sub(_GROUP, "", number.strip().lstrip("-"))
    values = {plain.replace(",", ".")} if plain.count(",") + plain.count(".") <= 1 else set()
    whole, _, fraction = plain.replace(",", ".").rpartition(".")
    if whole and len(fraction) != GROUP_DIGITS:
        values.add(whole.replace(".", "") + "." + fraction)
    elif whole and not whole.startswith("0"):
        values.add(whole.replace(".", "") + fraction)
    return {f"number {_normal(value)}" for value in values}


def _normal(value: str) -> str:
    whole, _, fraction = value.partition(".")
    fraction = fraction.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
