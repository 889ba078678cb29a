"""All errors of a form come in one answer, also those that only a service can find."""

from typing import Any
from uuid import uuid4

import pytest

from functions.api.agents.change_agent.handler import handler as change_agent
from functions.api.agents.create_agent.handler import handler as create_agent
from functions.api.agents.update_agent.handler import handler as update_agent
from functions.api.auth.change_password.handler import handler as change_password
from functions.api.auth.create_api_key.handler import handler as create_api_key
from functions.api.auth.register.handler import handler as register
from functions.api.auth.reset_password.handler import handler as reset_password
from functions.api.documents.upload_document.handler import handler as upload_document
from mara.entrypoints.http import LambdaHandler
from tests.support.accounts import PASSWORD, make_account
from tests.support.events import Answer, call

pytestmark = pytest.mark.usefixtures("database")

AUTH, AGENTS = "/api/v1/auth", "/api/v1/agents"
WEAK = "12345678"


def errors(answer: Answer) -> dict[str, str]:
    """By pointer, the code of each error of a field; the detail counts them."""
    assert answer.status == 422, answer.text
    found = {error["pointer"]: error["code"] for error in answer.json["errors"]}
    if answer.json["code"] == "bad_request":
        assert answer.json["detail"] == f"{len(found)} field(s) need attention."
    return found


def post(handler: LambdaHandler, path: str, body: Any, **headers: str) -> dict[str, str]:
    return errors(call(handler, "POST", path, body=body, headers=headers))


class TestRegister:
    PATH = f"{AUTH}/register"

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [({"email": "no"}, "/email"), ({"locale": "de"}, "/locale"), ({"x": 1}, "/x")],
    )
    def test_reports_a_weak_password_beside_another_error(
        self, wrong: dict[str, Any], pointer: str
    ) -> None:
        body = {"email": "anna@example.com", "password": WEAK, **wrong}
        assert post(register, self.PATH, body) == {
            pointer: "bad_request",
            "/password": "weak_password",
        }

    def test_counts_the_other_fields_among_the_words_of_the_user(self) -> None:
        body = {"email": "anna@example.com", "company": "Quorvexlandia", "locale": "de"}
        found = post(register, self.PATH, {**body, "password": "Quorvexlandia"})
        assert found == {"/locale": "bad_request", "/password": "weak_password"}

    def test_reports_a_weak_password_and_a_taken_address(self) -> None:
        make_account("anna")
        taken = {"/email": "email_taken", "/password": "weak_password"}
        body = {"email": "Anna@example.com", "password": WEAK}
        assert post(register, self.PATH, body) == taken
        assert post(register, self.PATH, {**body, "locale": "de"}) == {
            **taken,
            "/locale": "bad_request",
        }

    @pytest.mark.parametrize("password", [7, None, "", "x" * 1025])
    def test_reports_a_password_that_is_none_once(self, password: Any) -> None:
        body = {"email": "no", "password": password}
        assert post(register, self.PATH, body) == dict.fromkeys(
            ("/email", "/password"), "bad_request"
        )

    @pytest.mark.parametrize("body", [[], "text", {}])
    def test_takes_a_body_that_is_no_form(self, body: Any) -> None:
        assert set(post(register, self.PATH, body).values()) == {"bad_request"}


class TestPassword:
    def test_reports_a_weak_new_one_beside_a_missing_old_one(self) -> None:
        headers = make_account("anna").headers
        found = post(change_password, f"{AUTH}/password", {"new_password": WEAK}, **headers)
        assert found == {"/old_password": "bad_request", "/new_password": "weak_password"}

    def test_reports_the_address_of_the_caller_as_weak(self) -> None:
        headers = make_account("anna").headers
        body = {"old_password": "", "new_password": "anna@example.com"}
        found = post(change_password, f"{AUTH}/password", body, **headers)
        assert found == {"/old_password": "bad_request", "/new_password": "weak_password"}

    def test_reports_a_weak_one_beside_a_token_that_is_not_valid(self) -> None:
        path = f"{AUTH}/password/reset"
        found = post(reset_password, path, {"token": "guessed", "new_password": WEAK})
        assert found == {"/token": "invalid_mail_token", "/new_password": "weak_password"}
        found = post(reset_password, path, {"token": "", "new_password": WEAK})
        assert found == {"/token": "bad_request", "/new_password": "weak_password"}
        found = post(reset_password, path, {"token": "guessed", "new_password": ""})
        assert found == {"/token": "invalid_mail_token", "/new_password": "bad_request"}


class TestApiKey:
    def test_reports_an_expiry_in_the_past_beside_a_wrong_scope(self) -> None:
        headers = make_account("anna").headers
        body = {"name": "bot", "scopes": ["no"], "expires_at": "2020-01-01T00:00:00Z"}
        found = post(create_api_key, f"{AUTH}/api-keys", body, **headers)
        assert found == {"/scopes/0": "bad_request", "/expires_at": "expiry_in_past"}


class TestAgent:
    def test_reports_a_foreign_document_beside_a_wrong_setting(self) -> None:
        headers = make_account("anna").headers
        own = call(create_agent, "POST", AGENTS, body={"name": "helper"}, headers=headers).json
        body = {"name": "", "document_ids": [str(uuid4())]}
        wrong = {"/name": "bad_request", "/document_ids/0": "document_not_found"}
        assert post(create_agent, AGENTS, body, **headers) == wrong
        path = f"{AGENTS}/{own['id']}"
        for handler, method in ((update_agent, "PUT"), (change_agent, "PATCH")):
            assert errors(call(handler, method, path, body=body, headers=headers)) == wrong
        answer = call(change_agent, "PATCH", f"{AGENTS}/no", body=body, headers=headers)
        assert errors(answer) == {"path:agent_id": "bad_request", "/name": "bad_request"}


class TestUpload:
    def test_reports_name_size_and_hash_at_once(self) -> None:
        headers = make_account("anna").headers
        path = "/api/v1/documents/upload"
        body = {"filename": "virus.exe", "size": 0, "sha256": "no"}
        assert post(upload_document, path, body, **headers) == {
            "/filename": "unsupported_format",
            "/size": "empty_file",
            "/sha256": "bad_request",
        }
        found = post(upload_document, path, {**body, "sha256": "0" * 64}, **headers)
        assert found == {"/filename": "unsupported_format", "/size": "empty_file"}


def test_a_form_without_errors_is_accepted() -> None:
    body = {"email": "anna@example.com", "password": PASSWORD}
    assert call(register, "POST", f"{AUTH}/register", body=body).status == 201
