"""A small client of the API, for the demo, the seed and the load bench."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from infra.local.settings import front_url

INGESTION_TIMEOUT_S = 120.0
POLL_S = 0.25
REPEAT_S = 2.0
TRIES = 4
"""Of what sets the local stack up, and plays its story."""
ValueT = TypeVar("ValueT")


class ApiRefused(RuntimeError):
    """The API answered with a problem; the text is its title and detail.

    ``problem`` is the problem document, empty where the answer was none.
    """

    def __init__(self, text: str, problem: Mapping[str, Any] | None = None) -> None:
        super().__init__(text)
        self.problem = problem or {}


class Api:
    """Calls the API at its stable address; every error response is raised as ApiRefused.

    ``tries`` above one repeat what did not finish in time, with the same Idempotency-Key: a cold
    stack on a busy machine may take longer than the gateway waits.
    """

    def __init__(self, base: str | None = None, *, tries: int = 1) -> None:
        self._tries = tries
        self._http = httpx.Client(
            base_url=f"{base or front_url()}/api/v1", timeout=60, trust_env=False
        )

    def call(self, method: str, path: str, **parts: Any) -> Any:
        """Send one request; return the decoded body, None where there is none."""
        answer = self._send(method, path, **parts)
        if answer.is_error:
            problem: Mapping[str, Any] = {}
            try:
                problem = answer.json()
                text = f"{problem['title']}: {problem['detail']}"
            except (ValueError, KeyError):
                text = answer.text[:200]
            raise ApiRefused(f"{method} {path} answered {answer.status_code}: {text}", problem)
        return answer.json() if answer.content else None

    def _send(self, method: str, path: str, **parts: Any) -> httpx.Response:
        headers = {**parts.pop("headers", {})}
        if method == "POST" and self._tries > 1:
            headers.setdefault("idempotency-key", str(uuid4()))
        for _ in range(self._tries - 1):
            answer = self._http.request(method, path, headers=headers, **parts)
            if not _is_unfinished(answer):
                return answer
            time.sleep(REPEAT_S)
        return self._http.request(method, path, headers=headers, **parts)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def register(self, email: str, password: str, **profile: str) -> bool:
        """Create an account; return False where it exists already."""
        account = {"email": email, "password": password, **profile}
        answer = self._send("POST", "/auth/register", json=account)
        if answer.status_code not in {httpx.codes.CREATED, httpx.codes.CONFLICT}:
            raise ApiRefused(f"register answered {answer.status_code}: {answer.text[:300]}")
        return answer.status_code == httpx.codes.CREATED

    def log_in(self, email: str, password: str) -> str:
        """Log in for all later calls; return the access token. Raises ApiRefused."""
        credentials = {"email": email, "password": password}
        token: str = self.call("POST", "/auth/login", json=credentials)["access_token"]
        self._http.headers["authorization"] = f"Bearer {token}"
        return token

    def upload(self, path: Path) -> Any:
        """Upload a file as a form; return the document."""
        return self.call(
            "POST", "/documents/upload", files={"file": (path.name, path.read_bytes())}
        )

    def wait_until_read(
        self, document_id: str, tell: Callable[[str], None] = lambda _: None
    ) -> Any:
        """Return the document once it is ready; ``tell`` gets what is waited for, repeatedly.

        Raises ApiRefused if it fails or takes too long.
        """

        def ready() -> Any:
            document = self.call("GET", f"/documents/{document_id}")
            if document["state"] == "failed":
                raise ApiRefused(f"{document['filename']}: {document['failure']['detail']}")
            if document["state"] == "ready":
                return document
            tell(f"{document['filename']} to be read")
            return None

        return wait_for(ready, INGESTION_TIMEOUT_S, lambda: f"{document_id} is not ready")


def _is_unfinished(answer: httpx.Response) -> bool:
    """Whether the gateway gave up, or the first request with this key is still running."""
    if answer.status_code in {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT}:
        return True
    return answer.status_code == httpx.codes.CONFLICT and "request_in_progress" in answer.text


def wait_for(
    look: Callable[[], ValueT | None], timeout_s: float, overdue: Callable[[], str]
) -> ValueT:
    """Look again and again until something is there; return it.

    Raises ApiRefused after ``timeout_s`` with the text of ``overdue``.
    """
    give_up_at = time.monotonic() + timeout_s
    while time.monotonic() < give_up_at:
        found = look()
        if found is not None:
            return found
        time.sleep(POLL_S)
    raise ApiRefused(f"{overdue()} after {timeout_s:.0f} s.")
