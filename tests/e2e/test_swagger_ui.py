"""Swagger UI and ReDoc in a browser: the main story by clicks, as a newcomer plays it."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import new_page
from tests.support.local_cloud import LocalCloud, until
from tests.support.story import INGESTION_TIMEOUT_S, PASSWORD, QUESTION, RUNBOOK

pytestmark = pytest.mark.proof

EXPECTED = (
    "status of 4",
    # Swagger UI takes the underscore of an operation id, such as log_in, for an escaped space.
    "escaping deep link whitespace with `_`",
)
"""Parts of messages that the browser's console may show as errors."""


@dataclass
class SwaggerUi:
    """The page at ``url``, and the problems that the browser reports."""

    page: Page
    url: str
    failed: list[str] = field(default_factory=list)
    operations: dict[str, list[str]] = field(default_factory=dict)
    """The operation ids of each tag."""

    def open(self) -> None:
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.failed.append(str(error)))
        self.page.on("response", self._note_response)
        document = self.page.request.get(f"{self.url}/openapi.json").json()
        for operation in (one for path in document["paths"].values() for one in path.values()):
            self.operations.setdefault(operation["tags"][0], []).append(operation["operationId"])
        self.page.goto(f"{self.url}/docs")
        self.page.locator(".opblock-tag").first.wait_for()

    def toggle(self, tag: str) -> None:
        """Open or close a tag."""
        self.page.locator(f'.opblock-tag[data-tag="{tag}"]').click()

    def authorize(self, email: str) -> None:
        self.page.locator(".auth-wrapper .btn.authorize").click()
        form = self.page.locator(".auth-container").filter(has=self.page.locator("#oauth_username"))
        form.locator("#oauth_username").fill(email)
        form.locator("#oauth_password").fill(PASSWORD)
        with self.page.expect_response("**/api/v1/auth/token") as answer:
            form.locator(".btn.authorize").click()
        assert answer.value.status == 200
        expect(self.page.locator(".auth-container .btn", has_text="Logout")).to_be_visible()
        self.page.locator(".btn-done").last.click()

    def execute(
        self, operation: str, *, body: Any = None, file: Path | None = None, **ids: str
    ) -> tuple[int, Any, str]:
        """Fill in what is given, leave everything else as it is, and execute.

        Returns the status, the body of the answer, and the request as a curl command.
        """
        block = self._opened(operation)
        for name, value in ids.items():
            block.locator(f'tr[data-param-name="{name}"] input').fill(value)
        if body is not None:
            block.locator("textarea.body-param__text").fill(json.dumps(body))
        if file is not None:
            block.locator(".opblock-section-request-body select").first.select_option(
                "multipart/form-data"
            )
            block.locator('input[type="file"]').set_input_files(file)
        with self.page.expect_response("**/api/v1/**") as answer:
            block.locator(".btn.execute").click()
        expect(block.locator(".live-responses-table .response-col_status").last).to_contain_text(
            str(answer.value.status)
        )
        curl = block.locator(".curl-command code").first.inner_text()
        return answer.value.status, answer.value.json(), curl

    def _opened(self, operation: str) -> Locator:
        block = self.page.locator(f'[id$="-{operation}"].opblock')
        if not block.count():
            self.toggle(next(tag for tag, ids in self.operations.items() if operation in ids))
        block.scroll_into_view_if_needed()
        if "is-open" not in (block.get_attribute("class") or ""):
            block.locator(".opblock-summary-control").click()
            block.locator(".try-out__btn").click()
        return block

    def _note(self, message: Any) -> None:
        if message.type == "error" and not any(part in message.text for part in EXPECTED):
            self.failed.append(message.text)

    def _note_response(self, answer: Any) -> None:
        if answer.status >= 500:
            self.failed.append(f"{answer.status} {answer.url}")


@pytest.fixture
def swagger(stack: LocalCloud) -> Iterator[SwaggerUi]:
    with new_page() as page:
        opened = SwaggerUi(page, stack.url)
        opened.open()
        yield opened
        assert opened.failed == []


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go: MARA_SCREENSHOTS, else a folder of the test."""
    folder = Path(os.environ.get("MARA_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_a_newcomer_plays_the_story_by_clicks(
    swagger: SwaggerUi, pictures: Path, tmp_path: Path
) -> None:
    email = f"{uuid4().hex}@example.com"
    status, account, _ = swagger.execute("register", body={"email": email, "password": PASSWORD})
    assert (status, account["email"]) == (201, email)
    swagger.authorize(email)

    file = tmp_path / "runbook.md"
    file.write_text(RUNBOOK, "utf-8")
    status, document, curl = swagger.execute("upload_document", file=file)
    assert status == 202, document
    assert "file=@runbook.md" in curl
    assert "agent_id" not in curl
    swagger.page.screenshot(path=pictures / "upload.png")

    def is_read() -> bool:
        _, found, _ = swagger.execute("get_document", document_id=document["id"])
        return bool(found["state"] == "ready")

    until("the document is read", is_read, INGESTION_TIMEOUT_S)
    status, agent, _ = swagger.execute("create_agent")  # with the example of the document
    assert status == 201, agent
    status, answer, _ = swagger.execute(
        "ask_agent", body={"question": QUESTION}, agent_id=agent["id"]
    )
    assert (status, answer["status"]) == (200, "answered"), answer
    assert answer["citations"][0]["document_id"] == document["id"]
    swagger.page.screenshot(path=pictures / "answer.png")

    status, wallet, _ = swagger.execute("generate_wallet", body={"network": "aptos"})
    assert (status, wallet["network"]) == (201, "aptos")
    status, listed, _ = swagger.execute("list_agents")
    assert (status, len(listed["items"])) == (200, 1)

    swagger.page.reload()
    swagger.page.locator(".opblock-tag").first.wait_for()
    status, balance, _ = swagger.execute("get_balance")
    assert (status, balance["available"]) == (200, "0.000000")


def test_each_tag_opens_with_all_its_operations(swagger: SwaggerUi) -> None:
    rows = swagger.page.locator(".opblock")
    for tag, operations in swagger.operations.items():
        swagger.toggle(tag)
        expect(rows).to_have_count(len(operations))
        swagger.toggle(tag)
        expect(rows).to_have_count(0)


def test_tags_are_found_by_a_part_of_their_name(swagger: SwaggerUi) -> None:
    tags = swagger.page.locator(".opblock-tag")
    expect(tags).to_have_count(len(swagger.operations))
    swagger.page.locator(".operation-filter-input").fill("wall")
    expect(tags).to_have_count(1)


@pytest.mark.parametrize(
    ("path", "shown"), [("/docs", ".opblock-tag"), ("/redoc", "[data-section-id]")]
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_page_is_shown_with_and_without_a_trailing_slash(
    stack: LocalCloud, pictures: Path, path: str, shown: str, slash: str
) -> None:
    with new_page() as page:
        refused: list[str] = []
        page.on("response", lambda a: refused.append(a.url) if a.status >= 400 else None)
        page.goto(f"{stack.url}{path}{slash}")
        page.locator(shown).first.wait_for()
        page.screenshot(path=pictures / f"{path.strip('/')}.png")
        assert refused == []


def test_the_type_of_a_problem_is_a_page(stack: LocalCloud, pictures: Path) -> None:
    with new_page() as page:
        page.goto(f"{stack.url}/problems/auth/invalid-credentials")
        expect(page.locator("h1")).to_have_text("E-mail or password is wrong")
        page.screenshot(path=pictures / "problem.png")
        page.locator("a", has_text="/api/v1/auth/login").click()
        page.locator(".opblock").first.wait_for()
        assert page.url.endswith("/docs#/auth/log_in")
