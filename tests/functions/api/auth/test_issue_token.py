"""POST /api/v1/auth/token: the password grant of OAuth 2.0, by a form."""

import pytest

from functions.api.auth.issue_token.handler import handler as issue_token
from functions.api.users.get_profile.handler import handler as get_profile
from tests.support.accounts import PASSWORD, make_account
from tests.support.events import Answer, call
from tests.support.openapi import url_encoded

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/auth/token"


def ask(**fields: str) -> Answer:
    return call(issue_token, "POST", PATH, **url_encoded(fields))


class TestToken:
    def test_of_the_right_password_opens_the_api(self) -> None:
        account = make_account("anna")
        answer = ask(grant_type="password", username=account.email, password=PASSWORD)
        assert (answer.status, answer.json["token_type"]) == (200, "Bearer")
        bearer = {"authorization": f"Bearer {answer.json['access_token']}"}
        profile = call(get_profile, "GET", "/api/v1/users/me/profile", headers=bearer)
        assert profile.json["id"] == str(account.id)

    def test_comes_without_a_cookie_and_without_a_refresh_token(self) -> None:
        """A form of another site can be sent with the browser's consent: it must change nothing."""
        account = make_account("anna")
        answer = ask(grant_type="password", username=account.email, password=PASSWORD)
        assert not answer.cookies
        assert sorted(answer.json) == ["access_token", "expires_in", "token_type"]

    def test_ignores_what_it_does_not_know(self) -> None:
        """RFC 6749, 3.2: Swagger UI sends a client id and a scope."""
        account = make_account("anna")
        more = {"client_id": "swagger", "scope": "", "client_secret": ""}
        answer = ask(grant_type="password", username=account.email, password=PASSWORD, **more)
        assert answer.status == 200


class TestRefusal:
    @pytest.mark.parametrize("username", ["anna@example.com", "nobody@example.com", "no address"])
    def test_is_the_same_for_a_wrong_password_and_an_unknown_account(self, username: str) -> None:
        make_account("anna")
        answer = ask(grant_type="password", username=username, password="wrong-password-9")
        assert (answer.status, answer.json["code"]) == (401, "invalid_credentials")
        assert "www-authenticate" in answer.headers

    @pytest.mark.parametrize("left_out", ["grant_type", "username", "password"])
    def test_names_the_field_that_is_missing(self, left_out: str) -> None:
        fields = {"grant_type": "password", "username": "anna@example.com", "password": PASSWORD}
        answer = ask(**{name: value for name, value in fields.items() if name != left_out})
        assert (answer.status, answer.json["code"]) == (422, "bad_request")
        assert [error["pointer"] for error in answer.json["errors"]] == [f"/{left_out}"]

    def test_of_another_grant(self) -> None:
        answer = ask(grant_type="client_credentials", username="a@example.com", password=PASSWORD)
        assert answer.status == 422

    def test_of_json(self) -> None:
        answer = call(issue_token, "POST", PATH, body={"grant_type": "password"})
        assert (answer.status, answer.json["code"]) == (415, "unsupported_media_type")

    def test_after_too_many_wrong_passwords(self) -> None:
        make_account("anna")
        wrong = {"grant_type": "password", "username": "anna@example.com", "password": "wrong-9-x"}
        codes = [ask(**wrong).json["code"] for _ in range(30)]
        assert codes[-1] == "login_locked"
