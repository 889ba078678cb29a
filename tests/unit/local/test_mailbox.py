"""The mailbox of the local cloud."""

from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber
from starlette.requests import Request

from infra.local.mailbox import SENDER, SentMail, page, parse, show, text, verify_sender
from tests.support.loops import run_async

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
KEPT = {
    "messages": {
        "000000000000": [
            {"Timestamp": AT.timestamp(), "To": ["a@x.org"], "Subject": "One", "BodyText": "1"},
            {"Timestamp": AT.timestamp() + 5, "To": ["b@x.org"], "Subject": "Two", "BodyText": "2"},
        ]
    }
}


def test_reads_what_the_emulator_keeps_from_new_to_old() -> None:
    assert [(mail.to, mail.subject, mail.text) for mail in parse(KEPT)] == [
        ("b@x.org", "Two", "2"),
        ("a@x.org", "One", "1"),
    ]
    assert parse(KEPT)[1].at == AT


def test_shows_no_markup_of_a_mail() -> None:
    shown = page([SentMail(AT, "<a@x.org>", "<script>", "</pre><script>alert(1)</script>")])
    assert "<script>" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_is_printed_with_the_newest_last() -> None:
    printed = text(parse(KEPT))
    assert printed.index("One") < printed.index("Two")


def test_says_that_it_is_empty() -> None:
    assert "No e-mail" in page([])
    assert "No e-mail" in text([])


class TestPage:
    @pytest.mark.parametrize(
        ("host", "status"), [("localhost:8000", 200), ("127.0.0.1", 200), ("evil.example", 421)]
    )
    def test_opens_under_a_name_of_this_machine_alone(self, host: str, status: int) -> None:
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b""}
        headers = [(b"host", host.encode())]
        request = Request({**scope, "headers": headers, "scheme": "http", "server": None})
        answer = run_async(show(request, None, "secret"))
        assert answer.status_code == status


class TestSender:
    def test_is_verified_again_at_every_deployment(self) -> None:
        ses = boto3.client("sesv2", region_name="eu-west-1")
        asked = {"EmailIdentity": SENDER}
        with Stubber(ses) as stubbed:
            stubbed.add_response("create_email_identity", {}, asked)
            stubbed.add_client_error("create_email_identity", "AlreadyExistsException")
            verify_sender(ses)
            verify_sender(ses)
            stubbed.assert_no_pending_responses()
