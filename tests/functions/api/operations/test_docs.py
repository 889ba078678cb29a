"""The pages of the API's documentation, and their assets."""

import base64

import pytest

from functions.api.operations.show_docs.handler import handler
from mara.entrypoints.docs import ASSETS
from tests.support.events import CONTEXT, api_event, call

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_a_page_holds_its_icon(path: str) -> None:
    page = call(handler, "GET", path).text
    icon = page.partition('<link rel="icon" href="data:image/png;base64,')[2].partition('"')[0]
    assert base64.b64decode(icon).startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize("path", ["/docs", *(f"/docs/{name}" for name in ASSETS)])
def test_no_response_is_binary(path: str) -> None:
    """API Gateway would pass it on as base64 to a client that sends no fitting Accept header."""
    response = handler(api_event("GET", path), CONTEXT)
    assert (response["statusCode"], response["isBase64Encoded"]) == (200, False)
