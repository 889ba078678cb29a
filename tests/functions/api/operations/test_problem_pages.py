"""The ``type`` of a problem is the address of a page that explains it."""

import re
from urllib.parse import urljoin
from uuid import uuid4

import pytest

from functions.api.operations.get_openapi.handler import handler
from tests.support.events import call
from tests.support.openapi import document, operations

pytestmark = pytest.mark.usefixtures("database")

TYPES = document()["x-problems"]


@pytest.mark.parametrize("type_", TYPES)
def test_every_type_has_a_page_with_its_code_and_a_remedy(type_: str) -> None:
    answer = call(handler, "GET", type_)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f"<code>{TYPES[type_]['code']}</code>" in answer.text
    assert "What to do" in answer.text


def test_the_type_of_an_answer_leads_to_its_page() -> None:
    refused = operations()["get_agent"].call({"agent_id": str(uuid4())})
    page = call(handler, "GET", refused.json["type"]).text
    assert "<code>not_logged_in</code>" in page
    assert "<code>GET /api/v1/agents/{agent_id}</code>" in page


@pytest.mark.parametrize("type_", ["/problems/auth/not-logged-in", "/problems/internal"])
def test_its_links_lead_to_the_operations_in_the_documentation(type_: str) -> None:
    links = re.findall(r'href="([^"#]+)#/(\w+)/(\w+)"', call(handler, "GET", type_).text)
    assert links
    for page, tag, operation in links:
        assert urljoin(f"https://api.example.com/prod{type_}", page).endswith("/prod/docs")
        assert operations()[operation].spec["tags"] == [tag]


@pytest.mark.parametrize(
    "path", ["/problems/auth/nothing", "/problems/../openapi", "/problems/%3C"]
)
def test_an_unknown_type_is_not_found(path: str) -> None:
    answer = call(handler, "GET", path)
    assert (answer.status, answer.json["code"]) == (404, "route_not_found")
