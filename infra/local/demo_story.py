"""Plays the demo story over HTTP as a new customer, and prints it."""

import secrets
import time
from contextlib import closing
from typing import Any

from infra.local import demo_alert, demo_billing, demo_money, demo_watch
from infra.local.api_client import TRIES, Api
from infra.local.demo_console import say, show_citation
from infra.local.seed import FOLDER

QUESTIONS = (
    "Сработал алерт CheckoutLatencyHigh: оплата отвечает медленно. Что делать?",
    "The disk of a database host is almost full. What do I do?",
    "Сколько стоит билет в Большой театр?",
)


def play() -> None:
    """Register, upload, ask, get an alert, pay, delete, deposit USDT; then MARA watches itself."""
    with closing(Api(tries=TRIES)) as api:
        _play(api)
    demo_watch.play()


def _play(api: Api) -> None:
    email, password = f"guest-{secrets.token_hex(4)}@mara.example", secrets.token_urlsafe(16)
    api.register(email, password, full_name="Гость", locale="ru")
    api.log_in(email, password)
    say(f"registered and logged in as {email}")
    documents = [_upload(api, path) for path in sorted(FOLDER.glob("*.md"))]
    agent = api.call("POST", "/agents", json={"name": "On call"})
    say(f"made the agent {agent['name']!r}, which answers in mode {agent['mode']!r}")
    for question in QUESTIONS:
        _ask(api, agent["id"], question)
    demo_alert.play(api, agent["id"])
    demo_billing.play(api, email, lambda: _question(api, agent["id"], QUESTIONS[0]))
    for document in documents:
        api.call("DELETE", f"/documents/{document['id']}")
    say("deleted the documents; the first question again:")
    _ask(api, agent["id"], QUESTIONS[0])
    api.call("DELETE", f"/agents/{agent['id']}")
    say(f"made a wallet on each chain, and sent {demo_money.AMOUNT} test USDT to it:")
    demo_money.play(api)


def _upload(api: Api, path: Any) -> Any:
    began = time.monotonic()
    document = api.wait_until_read(api.upload(path)["id"])
    took = time.monotonic() - began
    say(f"uploaded {path.name}: {document['chunks']} passages, ready after {took:.1f} s")
    return document


def _question(api: Api, agent_id: str, question: str) -> Any:
    return api.call("POST", f"/agents/{agent_id}/ask", json={"question": question})


def _ask(api: Api, agent_id: str, question: str) -> None:
    began = time.monotonic()
    answer = _question(api, agent_id, question)
    took_ms = (time.monotonic() - began) * 1000
    print(f"\n? {question}")
    print(f"  {answer['status']}, confidence {answer['confidence']:.2f}, {took_ms:.0f} ms")
    for citation in answer["citations"][:2]:
        show_citation(citation)
    if not answer["citations"]:
        print(f"  {answer['text']}")
    for passage in answer["related"][:1]:
        place = " › ".join(passage["place"]["headings"])
        print(f"  related, not an answer: {passage['filename']} › {place}")
