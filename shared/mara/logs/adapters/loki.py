"""Grafana Loki: ``POST /loki/api/v1/push`` with JSON.

Source: https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs.
"""

import base64
import gzip
import http.client
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from mara.logs.errors import LinesRefused, LogStoreUnavailable
from mara.logs.model import LogEntry

PATH = "/loki/api/v1/push"
TIMEOUT_S = 10.0
SERVICE = "mara"
ANSWER_BYTES_MAX = 1000
REFUSALS = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
"""Answers about the lines themselves. All others are about the way to Loki, such as a password that
has changed or a proxy's page with 200, and may be mended."""


@dataclass(frozen=True, slots=True)
class LokiLogStore:
    """Implements LogStore. Follows no redirect, and takes no proxy from the environment."""

    url: str
    stage: str
    tenant: str = ""
    """The header ``X-Scope-OrgID``, if Loki has several tenants."""
    user: str = ""
    password: str = field(default="", repr=False)

    def push(self, function: str, entries: Sequence[LogEntry]) -> None:
        """Push one stream for each level. Raises LogStoreUnavailable, LinesRefused."""
        body = gzip.compress(json.dumps(self._document(function, entries)).encode(), 5)
        status, retry_after, said = self._post(body)
        if status == HTTPStatus.NO_CONTENT:
            return
        if status in REFUSALS:
            raise LinesRefused(f"Loki answered {status}: {said}")
        raise LogStoreUnavailable(f"Loki answered {status}.", retry_after)

    def _document(self, function: str, entries: Sequence[LogEntry]) -> dict[str, Any]:
        """Labels are few, and their values bounded; ids are structured metadata."""
        by_level = defaultdict[str, list[Any]](list)
        for entry in entries:
            by_level[entry.level].append([str(entry.at_ns), entry.line, dict(entry.metadata)])
        same = {"service": SERVICE, "stage": self.stage, "function": function}
        return {
            "streams": [
                {"stream": {**same, "level": level}, "values": values}
                for level, values in by_level.items()
            ]
        }

    def _post(self, body: bytes) -> tuple[int, float, str]:
        """Return the status, the wait that Loki asks for in seconds, and how its answer begins."""
        address = urlsplit(self.url)
        connection = (
            http.client.HTTPSConnection(address.netloc, timeout=TIMEOUT_S)
            if address.scheme == "https"
            else http.client.HTTPConnection(address.netloc, timeout=TIMEOUT_S)
        )
        try:
            connection.request("POST", f"{address.path.rstrip('/')}{PATH}", body, self._headers())
            answer = connection.getresponse()
            said = answer.read(ANSWER_BYTES_MAX).decode("utf-8", "replace")
            return answer.status, _seconds(answer.headers.get("Retry-After")), said
        except (OSError, http.client.HTTPException) as error:
            raise LogStoreUnavailable(f"Loki did not answer: {type(error).__name__}.") from error
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        if self.tenant:
            headers["X-Scope-OrgID"] = self.tenant
        if self.user:
            credentials = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            headers["Authorization"] = f"Basic {credentials}"
        return headers


def _seconds(retry_after: str | None) -> float:
    """The header may also be a date, or what no number is: ``isdigit`` is true of a superscript."""
    return float(retry_after) if retry_after and retry_after.isdecimal() else 0.0
