"""The mailbox of the local cloud: the e-mails that the emulator's SES was asked to send."""

import html
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from infra.local.settings import SECRET_HEADER

SENDER = "mara@localhost.localdomain"
PATH = "/_ministack/ses/messages"
PAGE_PATH = "/_mara/mail"
TIMEOUT_S = 5.0
LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Local mailbox</title>
<style>
body{{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}}
article{{border-top:1px solid #ccc;padding:1rem 0}} pre{{white-space:pre-wrap;font:inherit}}
small{{color:#555}}
</style></head>
<body><h1>Local mailbox</h1><p>E-mails that this local stack sent, newest first.</p>{mails}</body>
</html>
"""
ARTICLE = "<article><small>{at} to {to}</small><h2>{subject}</h2><pre>{text}</pre></article>"
EMPTY = "<p>No e-mail was sent yet.</p>"


class MailboxUnavailable(RuntimeError):
    """The emulator does not answer."""


@dataclass(frozen=True, slots=True)
class SentMail:
    """An e-mail as it was sent."""

    at: datetime
    to: str
    subject: str
    text: str


def verify_sender(ses: Any) -> None:
    """Verify the sender's address in the emulator, which forgets it when it restarts.

    ``ses`` is a client of SES, version 2.
    """
    with suppress(ses.exceptions.AlreadyExistsException):
        ses.create_email_identity(EmailIdentity=SENDER)


def read(emulator_port: int, secret: str) -> list[SentMail]:
    """Return all e-mails, newest first; ``secret`` is what the emulator wants.

    Raises MailboxUnavailable.
    """
    url, headers = f"http://127.0.0.1:{emulator_port}{PATH}", {SECRET_HEADER: secret}
    try:
        answer = httpx.get(url, headers=headers, timeout=TIMEOUT_S, trust_env=False)
        answer.raise_for_status()
    except httpx.HTTPError:
        raise MailboxUnavailable("The stack does not run: make up") from None
    return parse(answer.json())


def parse(found: dict[str, Any]) -> list[SentMail]:
    """Return the e-mails of all accounts in the emulator's answer, newest first."""
    kept = [mail for account in found["messages"].values() for mail in account]
    mails = [
        SentMail(
            at=datetime.fromtimestamp(mail["Timestamp"]).astimezone(),
            to=", ".join(mail["To"]),
            subject=mail["Subject"],
            text=mail["BodyText"],
        )
        for mail in kept
    ]
    return sorted(mails, key=lambda mail: mail.at, reverse=True)


def page(mails: list[SentMail]) -> str:
    """Return the page that shows the e-mails; their text is escaped."""
    shown = "".join(
        ARTICLE.format(
            at=f"{mail.at:%Y-%m-%d %H:%M:%S}",
            **{name: html.escape(getattr(mail, name)) for name in ("to", "subject", "text")},
        )
        for mail in mails
    )
    return PAGE.format(mails=shown or EMPTY)


def text(mails: list[SentMail]) -> str:
    """Return the e-mails as text, the newest last, where a terminal shows it."""
    parts = [
        f"{mail.at:%Y-%m-%d %H:%M:%S}  to {mail.to}\n{mail.subject}\n\n{mail.text}\n"
        for mail in reversed(mails)
    ]
    return "\n---\n".join(parts) if parts else "No e-mail was sent yet."


async def show(request: Request, emulator_port: int | None, secret: str) -> Response:
    """Answer the page of the front door; the port is None until the stack is deployed.

    Only under a name of this machine: a page of the internet whose name leads here (DNS rebinding)
    would read the tokens in the e-mails.
    """
    if request.url.hostname not in LOCAL_NAMES:
        return PlainTextResponse("Open this page under localhost.", 421)
    try:
        mails = await run_in_threadpool(read, emulator_port, secret) if emulator_port else []
    except MailboxUnavailable as error:
        return PlainTextResponse(str(error), 502)
    return HTMLResponse(page(mails), headers={"content-security-policy": PAGE_POLICY})
