"""Short questions to servers on this machine, without the imports of an HTTP client."""

import http.client
import socket
from collections.abc import Mapping

TIMEOUT_S = 1.0


def get(port: int, path: str, headers: Mapping[str, str] | None = None) -> bytes | None:
    """Return the body of a successful answer to GET; None if there is none within a second."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        link.request("GET", path, headers=dict(headers or {}))
        answer = link.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        link.close()
    return body if answer.status == http.client.OK else None


def listens(port: int) -> bool:
    """Whether a server accepts connections."""
    with socket.socket() as probe:
        probe.settimeout(TIMEOUT_S)
        return probe.connect_ex(("127.0.0.1", port)) == 0
