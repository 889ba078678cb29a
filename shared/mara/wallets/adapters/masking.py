"""Keeps the keys of providers out of what is logged and told: an address or a header holds them."""

import logging
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

KEY_MIN = 8
"""Characters: a shorter part of an address is a word such as ``jsonrpc``."""
MASK = "***"

# What carries the requests may not write their addresses even where all is logged.
for _name in ("web3", "urllib3"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class KeyMask:
    """Takes the parts of one provider's address and headers out of a text, however they are cased.

    Providers like to repeat the key that they refuse.
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None) -> None:
        parts = urlsplit(url)
        words = re.split(r"[/?&=:@]", f"{parts.netloc}/{parts.path}/{parts.query}")
        for value in (headers or {}).values():
            words += [value, *value.split()]
        hidden = sorted({word for word in words if len(word) >= KEY_MIN}, key=len, reverse=True)
        self._hidden = re.compile("|".join(map(re.escape, hidden)) or r"(?!)", re.IGNORECASE)

    def __call__(self, text: str) -> str:
        return self._hidden.sub(MASK, text)
