"""A headless Chromium for tests of pages; tests skip where none is installed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TIMEOUT_MS = 60_000


def chromium() -> str:
    """The program at MARA_CHROMIUM, else one on the PATH; skips the test if there is none."""
    candidates = (os.environ.get("MARA_CHROMIUM"), *map(shutil.which, NAMES))
    found = next((path for path in candidates if path), None)
    if found is None:
        pytest.skip("needs Chromium: install the package `chromium`, or set MARA_CHROMIUM")
    return found


@contextmanager
def new_page() -> Iterator[Page]:
    """A page of a browser with an empty profile, for addresses of this machine only."""
    program = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--no-proxy-server"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(TIMEOUT_MS)
        yield page
        browser.close()
