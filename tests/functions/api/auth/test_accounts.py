"""Registering, logging in and out, renewing, keys: through the functions themselves."""

from datetime import timedelta
from importlib import import_module

import pytest

from functions.api.auth.change_password.handler import handler as change_password
from functions.api.auth.create_api_key.handler import handler as create_api_key
from functions.api.auth.delete_api_key.handler import handler as delete_api_key
from functions.api.auth.end_session.handler import handler as end_session
from functions.api.auth.list_api_keys.handler import handler as list_api_keys
from functions.api.auth.list_sessions.handler import handler as list_sessions
from functions.api.auth.log_in.handler import handler as log_in
from functions.api.auth.log_out.handler import handler as log_out
from functions.api.auth.refresh_session.handler import handler as refresh_session
from functions.api.auth.register.handler import handler as register
from functions.api.users.get_profile.handler import handler as get_profile
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from tests.support.accounts import PASSWORD, make_account
from tests.support.events import CONTEXT, Answer, api_event, call

pytestmark = pytest.mark.usefixtures("database")

AUTH = "/api/v1/auth"
ANNA = {"email": "Anna@Example.com", "password": PASSWORD}


def post(function: object, path: str, body: object = None, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(function, "POST", AUTH + path, body=body, headers=sent)  # type: ignore[arg-type]


class TestRegister:
    def test_makes_an_account_with_the_e_mail_in_lower_case(self) -> None:
        answer = post(register, "/register", {**ANNA, "first_name": "Анна", "last_name": "П."})
        assert answer.status == 201
        assert answer.json["email"] == "anna@example.com"
        assert PASSWORD not in answer.text

    def test_refuses_an_e_mail_that_is_taken_in_another_spelling(self) -> None:
        post(register, "/register", ANNA)
        answer = post(register, "/register", {**ANNA, "email": "ANNA@example.com"})
        assert (answer.status, answer.json["code"]) == (409, "email_taken")

    @pytest.mark.parametrize("password", ["12345678", "password1", "short", "анна"])
    def test_refuses_a_weak_password(self, password: str) -> None:
        answer = post(register, "/register", {**ANNA, "password": password})
        assert answer.status == 422
        assert password not in answer.text

    @pytest.mark.parametrize(
        "change",
        [
            {"email": "no"},
            {"locale": "de"},
            {"admin": True},
            {"full_name": "a\nb"},
            {"email": None},
        ],
    )
    def test_refuses_a_wrong_field(self, change: dict[str, object]) -> None:
        answer = post(register, "/register", {**ANNA, **change})
        assert answer.status == 422
        assert answer.json["errors"][0]["pointer"] == f"/{next(iter(change))}"


class TestLogIn:
    def test_gives_tokens_and_cookies(self) -> None:
        make_account("anna")
        answer = post(log_in, "/login", {**ANNA, "email": "anna@example.com"})
        assert answer.status == 200
        assert answer.json["token_type"] == "Bearer"
        assert answer.json["expires_in"] == 1800
        cookie = answer.cookies["mara_refresh"]
        assert (cookie["httponly"], cookie["samesite"].lower()) == (True, "strict")
        assert cookie.value == answer.json["refresh_token"]

    def test_leaves_the_refresh_token_out_of_the_body_on_request(self) -> None:
        make_account("anna")
        query = {"cookie_only": "true"}
        answer = call(log_in, "POST", f"{AUTH}/login", body=ANNA, query=query)
        cookies = answer.cookies
        assert answer.json["refresh_token"] is None
        assert cookies["mara_refresh"].value not in answer.text
        headers = {
            "cookie": f"mara_refresh={cookies['mara_refresh'].value}",
            "x-csrf-token": cookies["mara_csrf"].value,
        }
        again = call(refresh_session, "POST", f"{AUTH}/refresh", headers=headers, query=query)
        assert (again.status, again.json["refresh_token"]) == (200, None)
        assert again.cookies["mara_refresh"].value != cookies["mara_refresh"].value

    def test_cookies_have_the_domain_and_the_site_of_the_settings(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_COOKIE_DOMAIN", "example.com")
        monkeypatch.setenv("MARA_COOKIE_SAME_SITE", "lax")
        make_account("anna")
        cookies = post(log_in, "/login", ANNA).cookies
        account = post(log_in, "/login", ANNA).json
        headers = {"authorization": f"Bearer {account['access_token']}"}
        cleared = call(log_out, "POST", f"{AUTH}/logout", headers=headers).cookies
        for name in ("mara_refresh", "mara_csrf"):
            for cookie in (cookies[name], cleared[name]):
                assert (cookie["domain"], cookie["samesite"]) == ("example.com", "lax")

    def test_cookies_are_secure_outside_the_local_stage(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_account("anna")
        from mara.platform.settings.stage import StageSettings, stage

        assert not post(log_in, "/login", ANNA).cookies["mara_refresh"]["secure"]
        monkeypatch.setattr(StageSettings, "is_local", property(lambda _: False))
        stage.cache_clear()
        cookies = post(log_in, "/login", ANNA).cookies
        assert all(cookies[name]["secure"] for name in ("mara_refresh", "mara_csrf"))

    def test_an_idempotency_key_replays_no_tokens(self) -> None:
        make_account("anna")
        tokens = [post(log_in, "/login", ANNA, idempotency_key="same").json for _ in range(2)]
        assert tokens[0]["refresh_token"] != tokens[1]["refresh_token"]

    def test_a_zero_byte_in_the_e_mail_is_422(self) -> None:
        assert post(log_in, "/login", {**ANNA, "email": "a\x00b"}).status == 422

    def test_a_wrong_password_is_401_and_not_repeated(self) -> None:
        make_account("anna")
        answer = post(log_in, "/login", {**ANNA, "password": "hunter2-guess"})
        assert (answer.status, answer.json["code"]) == (401, "invalid_credentials")
        assert "hunter2" not in answer.text


class TestRefresh:
    def test_by_body_needs_no_csrf_token(self) -> None:
        account = make_account("anna")
        answer = post(refresh_session, "/refresh", {"refresh_token": account.refresh_token})
        assert answer.status == 200
        assert answer.json["refresh_token"] != account.refresh_token

    def test_by_cookie_needs_the_csrf_token_of_this_very_session(self) -> None:
        make_account("anna")
        first = post(log_in, "/login", ANNA)
        other = post(log_in, "/login", ANNA)
        cookie = f"mara_refresh={first.cookies['mara_refresh'].value}"
        assert post(refresh_session, "/refresh", cookie=cookie).status == 403
        foreign = other.cookies["mara_csrf"].value
        assert post(refresh_session, "/refresh", cookie=cookie, x_csrf_token=foreign).status == 403
        own = first.cookies["mara_csrf"].value
        assert post(refresh_session, "/refresh", cookie=cookie, x_csrf_token=own).status == 200

    def test_an_idempotency_key_replays_no_tokens(self) -> None:
        account = make_account("anna")
        first = self.refresh(account.refresh_token)
        assert (
            self.refresh(account.refresh_token).json["refresh_token"] != first.json["refresh_token"]
        )

    def refresh(self, token: str) -> Answer:
        return post(refresh_session, "/refresh", {"refresh_token": token}, idempotency_key="same")

    @pytest.mark.parametrize(("arrived_after_s", "status"), [(9, 200), (11, 401)])
    def test_the_grace_ends_when_the_request_arrives_and_not_when_it_is_processed(
        self, arrived_after_s: int, status: int
    ) -> None:
        """A cold start of half a minute passes between the two."""
        account = make_account("anna")
        post(refresh_session, "/refresh", {"refresh_token": account.refresh_token})
        with transaction(SYSTEM):
            connection().execute("UPDATE refresh_tokens SET spent_at = spent_at - interval '40 s'")
        event = api_event("POST", f"{AUTH}/refresh", body={"refresh_token": account.refresh_token})
        arrived_at = now() - timedelta(seconds=40 - arrived_after_s)
        event["requestContext"]["requestTimeEpoch"] = int(arrived_at.timestamp() * 1000)
        assert refresh_session(event, CONTEXT)["statusCode"] == status

    def test_without_a_token_is_401(self) -> None:
        assert post(refresh_session, "/refresh").status == 401


class TestLogOut:
    def test_ends_the_session_and_clears_the_cookies(self) -> None:
        account = make_account("anna")
        answer = post(log_out, "/logout", authorization=f"Bearer {account.token}")
        assert answer.status == 204
        assert answer.cookies["mara_refresh"]["max-age"] == "0"
        profile = call(get_profile, "GET", "/api/v1/users/me/profile", headers=account.headers)
        assert profile.status == 401


class TestSessions:
    def test_are_listed_and_ended(self) -> None:
        account = make_account("anna")
        other = post(log_in, "/login", ANNA, user_agent="Firefox\x00\x1b 132").json
        path = f"{AUTH}/sessions"
        answer = call(list_sessions, "GET", path, headers=account.headers)
        assert [item["current"] for item in answer.json["items"]] == [False, True]
        listed = answer.json["items"][0]
        assert (listed["device"], listed["address"]) == (
            "Firefox\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} 132",
            "192.0.2.1",
        )
        assert (
            call(end_session, "DELETE", f"{path}/{listed['id']}", headers=account.headers).status
            == 204
        )
        again = call(end_session, "DELETE", f"{path}/{listed['id']}", headers=account.headers)
        assert (again.status, again.json["code"]) == (404, "session_not_found")
        headers = {"authorization": f"Bearer {other['access_token']}"}
        assert call(list_sessions, "GET", path, headers=headers).status == 401
        assert (
            post(refresh_session, "/refresh", {"refresh_token": other["refresh_token"]}).status
            == 401
        )

    def test_show_where_logins_fail(self) -> None:
        account = make_account("anna")
        wrong = {**ANNA, "password": "guess-guess"}
        for _ in range(11):
            call(log_in, "POST", f"{AUTH}/login", body=wrong, address="203.0.113.7")
        shown = call(list_sessions, "GET", f"{AUTH}/sessions", headers=account.headers).json
        (failed,) = shown["failed_logins"]
        assert (failed["network"], failed["failures"]) == ("203.0.113.7", 10)
        assert failed["locked_until"] > failed["last_failed_at"]

    @pytest.mark.parametrize("known_by", ["cookie", "authorization"])
    def test_are_what_a_known_device_shows_to_pass_a_lock(self, known_by: str) -> None:
        account = make_account("anna")
        for _ in range(10):
            post(log_in, "/login", {**ANNA, "password": "guess-guess"})
        assert post(log_in, "/login", ANNA).status == 429
        shown = {
            "cookie": f"mara_refresh={account.refresh_token}",
            "authorization": account.headers["authorization"],
        }
        assert post(log_in, "/login", ANNA, **{known_by: shown[known_by]}).status == 200


class TestChangePassword:
    def test_refuses_a_wrong_old_one_and_a_weak_new_one(self) -> None:
        account = make_account("anna")
        wrong = {"old_password": "guess-guess", "new_password": "another-lamp-77-river"}
        weak = {"old_password": PASSWORD, "new_password": "12345678"}
        for body, status in ((wrong, 401), (weak, 422)):
            answer = call(
                change_password, "POST", f"{AUTH}/password", body=body, headers=account.headers
            )
            assert answer.status == status


class TestApiKeys:
    def test_a_key_is_shown_once_and_works_until_it_is_deleted(self) -> None:
        account = make_account("anna")
        body = {"name": "bot", "scopes": ["documents:read"]}
        made = call(create_api_key, "POST", f"{AUTH}/api-keys", body=body, headers=account.headers)
        assert made.status == 201
        key, key_id = made.json["key"], made.json["id"]
        listed = call(list_api_keys, "GET", f"{AUTH}/api-keys", headers=account.headers)
        assert key not in listed.text
        assert [item["prefix"] for item in listed.json["items"]] == [key[:11]]

        from functions.api.documents.delete_document.handler import handler as delete_document
        from functions.api.documents.search_documents.handler import handler as search_documents

        headers = {"x-api-key": key}
        query = {"query": "x", "mode": "lexical"}
        search = "/api/v1/documents/search"
        assert call(search_documents, "POST", search, body=query, headers=headers).status == 200
        document = f"/api/v1/documents/{key_id}"
        assert call(delete_document, "DELETE", document, headers=headers).status == 403
        path = f"{AUTH}/api-keys/{key_id}"
        assert call(delete_api_key, "DELETE", path, headers=account.headers).status == 204
        assert call(delete_api_key, "DELETE", path, headers=account.headers).status == 404
        assert call(search_documents, "POST", search, body=query, headers=headers).status == 401

    def test_a_key_makes_no_keys(self) -> None:
        account = make_account("anna")
        body = {"name": "bot", "scopes": ["documents:read"]}
        path = f"{AUTH}/api-keys"
        made = call(create_api_key, "POST", path, body=body, headers=account.headers)
        headers = {"x-api-key": made.json["key"]}
        answer = call(create_api_key, "POST", path, body=body, headers=headers)
        assert (answer.status, answer.json["code"]) == (403, "key_not_allowed")

    def test_an_unknown_scope_and_an_expiry_in_the_past_are_refused(self) -> None:
        account = make_account("anna")
        for body in (
            {"name": "bot", "scopes": ["everything"]},
            {"name": "bot", "scopes": []},
            {"name": "bot", "scopes": ["agents:ask"], "expires_at": "2020-01-01T00:00:00Z"},
        ):
            path = f"{AUTH}/api-keys"
            answer = call(create_api_key, "POST", path, body=body, headers=account.headers)
            assert answer.status == 422

    def test_an_idempotency_key_makes_one_key_and_does_not_show_it_again(self) -> None:
        account = make_account("anna")
        body = {"name": "bot", "scopes": ["documents:read"]}
        headers = {**account.headers, "idempotency-key": "first"}
        path = f"{AUTH}/api-keys"
        made = call(create_api_key, "POST", path, body=body, headers=headers)
        again = call(create_api_key, "POST", path, body=body, headers=headers)
        assert (again.status, again.json["code"]) == (409, "outcome_unknown")
        assert made.json["key"] not in again.text
        listed = call(list_api_keys, "GET", path, headers=account.headers)
        assert [item["id"] for item in listed.json["items"]] == [made.json["id"]]

    @pytest.mark.parametrize(
        ("scope", "path", "operation"),
        [
            ("documents:read", "/api/v1/documents", "documents.list_documents"),
            ("agents:read", "/api/v1/agents", "agents.list_agents"),
            ("agents:read", "/api/v1/models", "agents.list_models"),
        ],
    )
    def test_a_key_reads_what_its_scope_covers(self, scope: str, path: str, operation: str) -> None:
        account, keys = make_account("anna"), {}
        for name in (scope, "balance:read"):
            body = {"name": name, "scopes": [name]}
            made = call(
                create_api_key, "POST", f"{AUTH}/api-keys", body=body, headers=account.headers
            )
            keys[name] = {"x-api-key": made.json["key"]}
        handler = import_module(f"functions.api.{operation}.handler").handler
        assert call(handler, "GET", path, headers=keys[scope]).status == 200
        refused = call(handler, "GET", path, headers=keys["balance:read"])
        assert (refused.status, refused.json["code"]) == (403, "missing_scope")
