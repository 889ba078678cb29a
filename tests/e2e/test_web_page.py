"""A static page on another port plays the story in a browser, with cookies."""

import json
import os
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import expect

from tests.support.browser import new_page
from tests.support.local_cloud import LocalCloud
from tests.support.story import ANSWER, INGESTION_TIMEOUT_S, QUESTION, RUNBOOK

pytestmark = pytest.mark.proof

FOLDER = Path(__file__).with_name("clients")


@pytest.fixture
def origin(stack: LocalCloud) -> Iterator[str]:
    """A server of static files at an origin that the stack allows."""
    allowed = stack.settings["MARA_CORS_ORIGINS"].split(",")[-1]
    handler = partial(SimpleHTTPRequestHandler, directory=FOLDER)
    with ThreadingHTTPServer(("127.0.0.1", int(allowed.rsplit(":", 1)[1])), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
        thread.start()
        yield allowed
        server.shutdown()
        thread.join()


def test_plays_the_story_with_the_refresh_token_in_a_cookie(
    stack: LocalCloud, origin: str, tmp_path: Path
) -> None:
    with new_page() as page:
        page.add_init_script(
            f"window.runbook = {json.dumps(RUNBOOK)}; window.question = {json.dumps(QUESTION)}"
        )
        page.goto(f"{origin}/page.html?api=http://localhost:{stack.port}")
        page.locator("#play").click()
        log = page.locator("#log li")
        expect(log.last).to_have_text("logged out", timeout=INGESTION_TIMEOUT_S * 1000)
        page.screenshot(path=Path(os.environ.get("MARA_SCREENSHOTS", tmp_path)) / "page.png")
        logged_in, _, answered, wallet, _ = log.all_inner_texts()
        assert logged_in == "logged in, refresh token in the body: null"
        assert answered.startswith("answered: ")
        assert ANSWER in answered
        assert wallet.startswith("wallet 0x")
        refresh = [c for c in page.context.cookies() if c["name"] == "mara_refresh"]
        assert refresh == []  # ended with the session
