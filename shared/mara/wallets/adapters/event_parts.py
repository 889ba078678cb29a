"""Strict parsers of the parts of events: no whitespace, sign, underscore or other alphabet.

Python's ``int`` and ``bytes.fromhex`` accept more than the specifications of the nodes do. All
parsers raise UnreadablePart.
"""

import re
from typing import Any, Final

from mara.wallets.model import EventPart, UnreadablePart, parse_hash

AMOUNT_MAX: Final = 2**63 - 1
"""micro-USDT; the total supply is about 10**17."""
_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,16}")
"""A JSON-RPC quantity of up to 64 bits."""
_WORD = re.compile(r"0x[0-9a-fA-F]{64}")
"""One 32-byte word of the ABI."""
_DECIMAL = re.compile(r"[0-9]{1,78}")
"""An integer in the JSON of Aptos; 78 digits hold 256 bits."""
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{1,64}")
"""An address of Aptos; nodes omit leading zeros."""
_ZEROS = "0" * 24
"""What pads an address of 20 bytes to a word."""


def parse_quantity(value: Any, part: EventPart, maximum: int) -> int:
    """A hexadecimal quantity of at most ``maximum``."""
    return _bounded(int(_matched(_QUANTITY, value, part), 16), part, maximum)


def parse_amount_word(value: Any) -> int:
    """An amount that is the only word of an event's data (uint256)."""
    digits = _matched(_WORD, value, EventPart.AMOUNT)
    return _bounded(int(digits, 16), EventPart.AMOUNT, AMOUNT_MAX)


def parse_amount(value: Any) -> int:
    """An amount in decimal digits."""
    digits = _matched(_DECIMAL, value, EventPart.AMOUNT)
    return _bounded(int(digits), EventPart.AMOUNT, AMOUNT_MAX)


def parse_address_word(value: Any) -> bytes:
    """The 20 bytes of an address that is padded to a word."""
    digits = _matched(_WORD, value, EventPart.RECIPIENT)[2:]
    if not digits.startswith(_ZEROS):
        raise UnreadablePart(EventPart.RECIPIENT)
    return bytes.fromhex(digits[len(_ZEROS) :])


def parse_address(value: Any) -> bytes:
    """The 32 bytes of an address without leading zeros."""
    return bytes.fromhex(_matched(_ADDRESS, value, EventPart.RECIPIENT)[2:].rjust(64, "0"))


def parse_event_hash(value: Any, part: EventPart) -> str:
    """A hash in lower case."""
    if not isinstance(value, str):
        raise UnreadablePart(part)
    try:
        return parse_hash(value)
    except ValueError:
        raise UnreadablePart(part) from None


def _matched(pattern: re.Pattern[str], value: Any, part: EventPart) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise UnreadablePart(part)
    return value


def _bounded(number: int, part: EventPart, maximum: int) -> int:
    if number > maximum:
        raise UnreadablePart(part)
    return number
