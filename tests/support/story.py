"""The main path over HTTP: register, log in, upload, ask; at any URL that serves the API."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.support.local_cloud import ok, until

PASSWORD = "tram-lantern-42-orbit"
INGESTION_TIMEOUT_S = 120.0
SENT_MAX = 3

RUNBOOK = """# Runbook of the payment gateway

## The queue of receipts grows

If the queue of receipts grows, restart the worker with `systemctl restart receipts-worker`.
Wait two minutes and check that the depth of the queue falls below 100.

## Закончилось место на диске

Если на узле gateway-7 закончилось место, удалите архивы старше 14 дней из каталога /var/archive.
После этого перезапустите службу journald.
"""
QUESTION = "Что делать, если на узле закончилось место на диске?"
ANSWER = "удалите архивы старше 14 дней"


@dataclass
class Customer:
    """A customer who uses the API at ``url``."""

    url: str
    timeout_s: float = 60.0
    email: str = field(default_factory=lambda: f"{uuid4().hex}@example.com")
    token: str = ""

    def call(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """Send one request; repeat it where the gateway's problem says that it may be repeated."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        headers["idempotency-key"] = uuid4().hex
        url = f"{self.url}/api/v1{path}"
        return repeated(
            lambda: httpx.request(
                method, url, headers=headers, timeout=self.timeout_s, trust_env=False, **parts
            )
        )

    def register(self) -> None:
        answer = self.call("POST", "/auth/register", json=self._credentials())
        if answer.status_code != httpx.codes.CONFLICT:  # the repetition of one that had timed out
            ok(answer)

    def log_in(self) -> None:
        self.token = ok(self.call("POST", "/auth/login", json=self._credentials()))["access_token"]

    def upload(self, text: str = RUNBOOK, *, replaces: str = "") -> str:
        file = ("runbook.md", text.encode(), "text/markdown")
        sent = {"files": {"file": file}, "data": {"replaces": replaces}}
        document = ok(self.call("POST", "/documents/upload", **sent))
        assert document["state"] in {"queued", "processing", "ready"}
        return str(document["id"])

    def upload_by_form(self, text: str) -> str:
        """Upload with a presigned form, directly into the bucket."""
        content = text.encode()
        digest = hashlib.sha256(content).hexdigest()
        named = {"filename": "large.md", "size": len(content), "sha256": digest}
        accepted = ok(self.call("POST", "/documents/upload", json=named))
        form = accepted["upload"]
        files = {"file": ("large.md", content, "text/markdown")}
        sent = httpx.post(form["url"], data=form["fields"], files=files, trust_env=False)
        assert sent.is_success, sent.text
        return str(accepted["document"]["id"])

    def wait_until_ready(self, document_id: str, timeout_s: float = INGESTION_TIMEOUT_S) -> None:
        def ended() -> Any:
            document = ok(self.call("GET", f"/documents/{document_id}"))
            return document if document["state"] in {"ready", "failed"} else None

        document = until("the document is read", ended, timeout_s)
        assert document["state"] == "ready", document["failure"]

    def create_agent(self) -> str:
        return str(ok(self.call("POST", "/agents", json={"name": "On call"}))["id"])

    def ask(self, agent_id: str, question: str = QUESTION) -> Any:
        return ok(self.call("POST", f"/agents/{agent_id}/ask", json={"question": question}))

    def _credentials(self) -> dict[str, str]:
        return {"email": self.email, "password": PASSWORD}


def repeated(send: Callable[[], httpx.Response]) -> httpx.Response:
    """The answer to a request that is sent up to three times, as 503 and 504 advise.

    A function that starts cold on a busy machine can exceed the 29 s of the gateway.
    """
    answer = send()
    for _ in range(SENT_MAX - 1):
        if answer.status_code not in {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT}:
            break
        answer = send()
    return answer


def assert_is_answered(answer: Any, document_id: str) -> None:
    """The answer has a quote that occurs verbatim in the runbook."""
    assert answer["status"] == "answered", answer
    quotes = [c["quote"] for c in answer["citations"] if c["document_id"] == document_id]
    assert any(ANSWER in quote for quote in quotes), answer["citations"]
    for quote in quotes:
        assert " ".join(quote.split()) in " ".join(RUNBOOK.split())
