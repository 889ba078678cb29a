"""Redacts the credentials of providers, which their URLs and headers contain, in texts."""

import logging
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

KEY_MIN = 8
"""Characters: a shorter part of a URL is a word such as ``jsonrpc``, not a key."""
MASK = "***"

# The HTTP libraries must not log URLs, even at the log level DEBUG.
for _name in ("web3", "urllib3"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class CredentialRedactor:
    """Replaces the parts of one provider's URL and headers in a text, ignoring case.

    Needed because providers repeat a rejected key in their error messages.
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None) -> None:
        parts = urlsplit(url)
        words = re.split(r"[/?&=:@]", f"{parts.netloc}/{parts.path}/{parts.query}")
        for value in (headers or {}).values():
            words += [value, *value.split()]
        hidden = sorted({word for word in words if len(word) >= KEY_MIN}, key=len, reverse=True)
        self._hidden = re.compile("|".join(map(re.escape, hidden)) or r"(?!)", re.IGNORECASE)

    def __call__(self, text: str) -> str:
        """The text with every credential replaced by ``***``."""
        return self._hidden.sub(MASK, text)
