"""Money: an integer of micro-USDT inside, a string of decimal USDT with six places outside."""

import re
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, WithJsonSchema

from mara.kernel.errors import Invalid

MICRO_PER_USDT: Final = 1_000_000
PLACES: Final = 6
AMOUNT_MAX: Final = 2**63 - 1
"""In micro-USDT: the largest that the database's integers hold, fifty times all USDT there is."""
HUGE_AMOUNT: Final = 10**15
"""A billion USDT, which no deposit has: balances are checked before such a credit."""

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,12})(?:\.([0-9]{1,6}))?")


class InvalidAmount(Invalid):
    """The text is not a decimal amount of USDT, or exceeds the maximum."""

    title: ClassVar[str] = "The amount is not a number of USDT"


def parse_usdt(text: str) -> int:
    """Micro-USDT of a decimal such as ``12.5``: no sign, no exponent, at most six places.

    Raises InvalidAmount.
    """
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise InvalidAmount("Write it as a decimal such as 12.500000, with at most 6 places.")
    whole, fraction = found[1], found[2] or ""
    amount = int(whole) * MICRO_PER_USDT + int(fraction.ljust(PLACES, "0"))
    if amount > AMOUNT_MAX:
        raise InvalidAmount(f"At most {format_usdt(AMOUNT_MAX)} USDT.")
    return amount


def format_usdt(amount: int) -> str:
    """Decimal USDT with six places of an amount in micro-USDT: ``12.500000``, ``-0.000001``."""
    whole, fraction = divmod(abs(amount), MICRO_PER_USDT)
    return f"{'-' if amount < 0 else ''}{whole}.{fraction:0{PLACES}}"


def _parse_field(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError("an amount is a string, never a JSON number")  # noqa: TRY004 - pydantic's way to a 422
    try:
        return parse_usdt(value)
    except InvalidAmount as error:
        raise ValueError(error.detail) from None


UsdtIn = Annotated[
    int,
    BeforeValidator(_parse_field),
    WithJsonSchema({"type": "string", "pattern": f"^{_DECIMAL.pattern}$", "examples": ["12.5"]}),
]
"""A field of a request: a decimal string on the wire, micro-USDT in the model."""

UsdtOut = Annotated[str, WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{6}$"})]
"""A field of an answer, made by ``format_usdt``."""
