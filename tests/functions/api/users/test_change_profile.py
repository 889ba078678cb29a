"""PATCH and PUT of the profile: a patch changes what it names, a replacement erases nothing."""

from typing import Any

import pytest

from functions.api.users.change_profile.handler import handler as change_profile
from functions.api.users.get_profile.handler import handler as get_profile
from functions.api.users.update_profile.handler import handler as update_profile
from tests.support.accounts import Account, make_account
from tests.support.events import Answer, call

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/users/me/profile"
FULL = {
    "full_name": "Анна",
    "company": "Example LLC",
    "locale": "ru",
    "time_zone": "Europe/Moscow",
    "telegram_chat_id": 7,
}


@pytest.fixture
def anna() -> Account:
    account = make_account("anna")
    assert put(account, FULL).status == 200
    return account


def put(account: Account, body: dict[str, Any]) -> Answer:
    headers = {**account.headers, "accept-language": "en"}
    return call(update_profile, "PUT", PATH, body=body, headers=headers)


def patch(account: Account, body: Any, media_type: str = "application/json") -> Answer:
    headers = {**account.headers, "content-type": media_type, "accept-language": "en"}
    return call(change_profile, "PATCH", PATH, body=body, headers=headers)


def profile(account: Account) -> dict[str, Any]:
    read = call(get_profile, "GET", PATH, headers=account.headers).json
    return {name: read[name] for name in FULL}


class TestPatch:
    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"company": "Other LLC"},
            {"full_name": None, "telegram_chat_id": None},
            {"locale": "en", "time_zone": "UTC"},
        ],
    )
    def test_changes_the_given_fields_only(self, anna: Account, body: dict[str, Any]) -> None:
        answer = patch(anna, body)
        assert answer.status == 200
        assert profile(anna) == {**FULL, **body}

    def test_is_a_merge_patch_by_its_media_type_too(self, anna: Account) -> None:
        assert patch(anna, {"company": None}, "application/merge-patch+json").status == 200
        assert profile(anna)["company"] is None

    @pytest.mark.parametrize(
        ("body", "pointers"),
        [
            ({"locale": None}, ["/locale"]),
            ({"time_zone": None}, ["/time_zone"]),
            ({"full_name": "", "role": "admin"}, ["/full_name", "/role"]),
            ({"time_zone": "Mars", "locale": "xx"}, ["/locale", "/time_zone"]),
        ],
    )
    def test_refuses_all_wrong_fields_at_once_and_changes_nothing(
        self, anna: Account, body: dict[str, Any], pointers: list[str]
    ) -> None:
        answer = patch(anna, body)
        assert (answer.status, answer.json["code"]) == (422, "bad_request")
        assert [error["pointer"] for error in answer.json["errors"]] == pointers
        assert profile(anna) == FULL

    def test_with_a_domain_error_alone_has_its_code(self, anna: Account) -> None:
        answer = patch(anna, {"time_zone": "Mars"})
        assert (answer.status, answer.json["code"]) == (422, "unknown_time_zone")
        assert answer.json["errors"] == [
            {
                "pointer": "/time_zone",
                "code": "unknown_time_zone",
                "detail": "Use a name such as Europe/Moscow.",
            }
        ]


class TestPut:
    @pytest.mark.parametrize("name", FULL)
    def test_without_a_field_that_has_a_value_is_422_and_erases_nothing(
        self, anna: Account, name: str
    ) -> None:
        answer = put(anna, {key: value for key, value in FULL.items() if key != name})
        assert (answer.status, answer.json["code"]) == (422, "fields_missing")
        assert [error["pointer"] for error in answer.json["errors"]] == [f"/{name}"]
        assert profile(anna) == FULL

    def test_erases_what_it_names(self, anna: Account) -> None:
        assert put(anna, {**FULL, "company": None}).status == 200
        assert profile(anna)["company"] is None

    def test_may_leave_out_what_has_no_value(self) -> None:
        boris = make_account("boris")
        assert put(boris, {"full_name": "Борис"}).status == 200
