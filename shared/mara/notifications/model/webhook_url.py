"""What the URL of an outgoing webhook may look like: https, and a name in the public DNS.

One expression both accepts the URL and gives its parts, so that no second parser can read another
host out of it. Addresses in any notation are refused here; the addresses of the name are checked
at each connection (``public_addresses``), because they may change.
"""

import re
from dataclasses import dataclass
from typing import Final

from mara.notifications.errors import WebhookUrlRefused

URL_MAX: Final = 2000
HTTPS_PORT: Final = 443
PORT_MAX: Final = 65535
NAME_MAX: Final = 253
"""Characters of a name in the DNS."""
NOT_PUBLIC: Final = frozenset({"localhost", "local", "internal", "lan", "arpa", "onion"})
"""Top-level names that never lead to a public address."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_TOP = r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
_CHARACTERS = r"[A-Za-z0-9._~:@!$&'()*+,;=/%-]"
_URL = re.compile(
    rf"https://(?P<name>(?:{_LABEL}\.)+(?P<top>{_TOP}))(?::(?P<port>[0-9]{{1,5}}))?"
    rf"(?P<path>/{_CHARACTERS}*)?(?P<query>\?(?:{_CHARACTERS}|\?)*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook is sent to; ``path`` is that of the request line, with its query."""

    name: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """The parts of the URL. Raises WebhookUrlRefused."""
    found = _URL.fullmatch(url) if len(url) <= URL_MAX else None
    if found is None:
        raise WebhookUrlRefused(
            f"Use https://, a name with ASCII letters, and at most {URL_MAX} characters; no "
            "address, no user and no fragment."
        )
    port = int(found["port"] or HTTPS_PORT)
    name = found["name"].lower()
    if not 0 < port <= PORT_MAX or len(name) > NAME_MAX or found["top"].lower() in NOT_PUBLIC:
        raise WebhookUrlRefused("Use a name of the public DNS, and a port up to 65535.")
    return Target(name, port, (found["path"] or "/") + (found["query"] or ""))
