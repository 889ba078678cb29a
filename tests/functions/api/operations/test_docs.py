"""The pages of the API's documentation, and their assets."""

import base64
import json
import re
from urllib.parse import urljoin

import pytest

from functions.api.operations.show_docs.handler import handler
from infra.local.openapi import TARGET
from mara.entrypoints.docs import ASSETS, page
from tests.support.events import CONTEXT, api_event, call

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_a_page_holds_its_icon(path: str) -> None:
    page = call(handler, "GET", path).text
    icon = page.partition('<link rel="icon" href="data:image/png;base64,')[2].partition('"')[0]
    assert base64.b64decode(icon).startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize("path", ["/docs", "/favicon.ico", *(f"/docs/{name}" for name in ASSETS)])
def test_no_response_is_binary(path: str) -> None:
    """API Gateway would pass it on as base64 to a client that sends no fitting Accept header."""
    response = handler(api_event("GET", path), CONTEXT)
    assert (response["statusCode"], response["isBase64Encoded"]) == (200, False)


@pytest.mark.parametrize("stage", ["", "/prod"])
@pytest.mark.parametrize("path", ["/docs", "/docs/", "/redoc", "/redoc/"])
def test_links_of_a_page_lead_to_what_is_there(path: str, stage: str) -> None:
    """Also with a trailing slash, and below the stage's prefix of a REST API."""
    html = call(handler, "GET", path).text
    links = re.findall(r'(?:href|src|spec-url)="((?!data:)[^"]+)"', html)
    assert links
    for link in links:
        address = urljoin(f"https://api.example.com{stage}{path}", link)
        found = address.removeprefix(f"https://api.example.com{stage}/")
        assert found == "openapi.json" or found.removeprefix("docs/") in ASSETS, link


def test_redoc_asks_no_other_host_for_its_logo() -> None:
    """The policy forbids it: the browser would report an error on each page."""
    assert b"//cdn." not in bytes(page("docs/redoc.js").body)


def test_no_operation_says_twice_what_it_does() -> None:
    """Swagger UI and ReDoc show the summary before the description."""
    document = json.loads(TARGET.read_text("utf-8"))
    described = [
        document["info"],
        *(operation for methods in document["paths"].values() for operation in methods.values()),
    ]
    twice = [one["summary"] for one in described if one["summary"] in one.get("description", "")]
    assert twice == []


def test_the_icon_is_an_svg_image() -> None:
    answer = call(handler, "GET", "/favicon.ico")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox=')


@pytest.mark.parametrize(("stage", "kept"), [("local", "true"), ("prod", "false")])
def test_tokens_are_kept_over_a_reload_in_the_local_stage_only(
    stage: str, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARA_STAGE", stage)
    script = bytes(page("docs/start.js").body).decode()
    assert f"persistAuthorization: {kept}" in script
