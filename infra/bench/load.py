"""Load on the running local stack: 60 seconds, 8 clients, mixed reads, logins and questions.

Start the stack first (`make up`). Loopback only. Prints requests, errors, and times by kind.
"""

import random
import secrets
import statistics
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import httpx

from infra.local.api_client import Api
from infra.local.seed import FOLDER
from infra.local.seed_plans import UNLIMITED
from infra.local.settings import front_url

CLIENTS = 8
SECONDS = 60.0
QUESTIONS = (
    "Оплата отвечает медленно, что делать?",
    "The disk of a database host is almost full. What do I do?",
    "Кого будить ночью?",
    "Сколько стоит билет в Большой театр?",
)
SERVER_ERROR = 500


@dataclass
class Tally:
    """Results of all clients; times in milliseconds."""

    times_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    uploaded: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Client:
    """One client that sends requests without pauses."""

    http: httpx.Client
    credentials: dict[str, str]
    agent_id: str
    tally: Tally
    choose: random.Random

    def work(self, until: float) -> None:
        """Send randomly chosen requests until ``time.monotonic()`` reaches ``until``."""
        kinds = {self.read: 60, self.log_in: 10, self.ask: 28, self.upload: 2}
        while time.monotonic() < until:
            self.choose.choices(list(kinds), weights=list(kinds.values()))[0]()

    def read(self) -> None:
        """Read one of three lists."""
        self._send(
            "read", "GET", self.choose.choice(["/documents", "/agents", "/users/me/profile"])
        )

    def log_in(self) -> None:
        """Log in again."""
        self._send("login", "POST", "/auth/login", json=self.credentials)

    def ask(self) -> None:
        """Ask one of the questions."""
        body = {"question": self.choose.choice(QUESTIONS)}
        self._send("question", "POST", f"/agents/{self.agent_id}/ask", json=body)

    def upload(self) -> None:
        """Upload a new small document."""
        text = f"# Note {self.choose.random()}\n\nThe lamp of rack {self.choose.random()} blinks.\n"
        files = {"file": (f"note-{self.choose.random()}.md", text)}
        answer = self._send("upload", "POST", "/documents/upload", files=files)
        if answer.is_success:
            with self.tally.lock:
                self.tally.uploaded.append(answer.json()["id"])

    def _send(self, kind: str, method: str, path: str, **parts: Any) -> httpx.Response:
        began = time.perf_counter()
        answer = self.http.request(method, path, **parts)
        took_ms = (time.perf_counter() - began) * 1000
        with self.tally.lock:
            self.tally.times_ms[kind].append(took_ms)
            if not answer.is_success:
                self.tally.failures[f"{kind} {answer.status_code}"] += 1
        return answer


def run() -> None:
    """Print the results. Raises RuntimeError if there was a 5xx or a document was lost."""
    api = Api()
    email = f"load-{secrets.token_hex(4)}@mara.example"
    credentials = {"email": email, "password": secrets.token_urlsafe(16)}
    try:
        api.register(**credentials)
    except httpx.TransportError as error:
        message = f"nothing answers at {front_url()}: start it with `make up`"
        raise RuntimeError(message) from error
    token = api.log_in(**credentials)
    api.call("POST", "/subscriptions", json={"plan": UNLIMITED})
    for path in sorted(FOLDER.glob("*.md")):
        api.wait_until_read(api.upload(path)["id"])
    agent_id = api.call("POST", "/agents", json={"name": "load"})["id"]
    tally = Tally()
    headers = {"authorization": f"Bearer {token}"}
    base = f"{front_url()}/api/v1"
    until = time.monotonic() + SECONDS
    threads = []
    for seed in range(CLIENTS):
        http = httpx.Client(base_url=base, headers=headers, timeout=60, trust_env=False)
        choose = random.Random(seed)  # noqa: S311 - the same mix every time
        client = Client(http, credentials, agent_id, tally, choose)
        threads.append(threading.Thread(target=client.work, args=(until,)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    lost = [d for d in tally.uploaded if api.wait_until_read(d)["state"] != "ready"]
    _report(tally, lost)


def _report(tally: Tally, lost: list[str]) -> None:
    total = sum(map(len, tally.times_ms.values()))
    print(f"{total} requests in {SECONDS:.0f} s by {CLIENTS} clients: {total / SECONDS:.0f}/s")
    for kind, times in sorted(tally.times_ms.items()):
        p50, p95 = statistics.median(times), sorted(times)[int(len(times) * 0.95)]
        print(f"  {kind:9} {len(times):6}  p50 {p50:6.0f} ms  p95 {p95:6.0f} ms")
    print(f"  refused or failed: {dict(tally.failures) or 'none'}")
    print(f"  documents uploaded under load: {len(tally.uploaded)}, lost: {len(lost)}")
    if lost or any(int(f.split()[1]) >= SERVER_ERROR for f in tally.failures):
        raise RuntimeError("a 5xx or a lost document")
