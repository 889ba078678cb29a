"""Profiles and administration, through the functions themselves."""

from uuid import uuid4

import pytest

from functions.api.users.get_profile.handler import handler as get_profile
from functions.api.users.get_user.handler import handler as get_user
from functions.api.users.list_users.handler import handler as list_users
from functions.api.users.update_profile.handler import handler as update_profile
from functions.api.users.update_user.handler import handler as update_user
from mara.kernel.principal import Role
from tests.support.accounts import make_account
from tests.support.events import call

pytestmark = pytest.mark.usefixtures("database")

PROFILE = "/api/v1/users/me/profile"
ADMIN = "/api/v1/users/admin"


class TestProfile:
    def test_is_read_and_replaced(self) -> None:
        account = make_account("anna")
        body = {"full_name": "Анна", "locale": "ru", "time_zone": "Europe/Moscow"}
        changed = call(update_profile, "PUT", PROFILE, body=body, headers=account.headers)
        read = call(get_profile, "GET", PROFILE, headers=account.headers)
        assert changed.json == read.json
        assert {name: read.json[name] for name in body} == body

    @pytest.mark.parametrize(
        "body",
        [{"locale": "xx"}, {"time_zone": "Mars"}, {"role": "admin"}, {"telegram_chat_id": 2**63}],
    )
    def test_refuses_what_is_no_profile(self, body: dict[str, object]) -> None:
        account = make_account("anna")
        answer = call(update_profile, "PUT", PROFILE, body=body, headers=account.headers)
        assert answer.status == 422


class TestAdministration:
    def test_is_for_admins(self) -> None:
        user, admin = make_account("anna"), make_account("boris", Role.ADMIN)
        for account, status in ((user, 403), (admin, 200)):
            answer = call(list_users, "GET", f"{ADMIN}/all", headers=account.headers)
            assert answer.status == status

    def test_filters_and_pages(self) -> None:
        admin = make_account("boris", Role.ADMIN)
        for number in range(3):
            make_account(f"anna{number}")
        query = {"search": "anna", "limit": "2"}
        first = call(list_users, "GET", f"{ADMIN}/all", query=query, headers=admin.headers)
        assert len(first.json["items"]) == 2
        query["cursor"] = first.json["next_cursor"]
        second = call(list_users, "GET", f"{ADMIN}/all", query=query, headers=admin.headers)
        assert [u["email"] for u in second.json["items"]] == ["anna0@example.com"]
        assert second.json["next_cursor"] is None

    @pytest.mark.parametrize(
        "query",
        [{"limit": "0"}, {"limit": "101"}, {"cursor": "z"}, {"role": "king"}, {"search": "\x00"}],
    )
    def test_refuses_a_wrong_query(self, query: dict[str, str]) -> None:
        admin = make_account("boris", Role.ADMIN)
        answer = call(list_users, "GET", f"{ADMIN}/all", query=query, headers=admin.headers)
        assert answer.status == 422

    def test_changes_one_account(self) -> None:
        root, anna = make_account("root", Role.SUPERUSER), make_account("anna")
        path, body = f"{ADMIN}/{anna.id}", {"role": "admin", "active": True}
        assert call(update_user, "PATCH", path, body=body, headers=root.headers).status == 200
        assert call(get_user, "GET", path, headers=root.headers).json["role"] == "admin"

    def test_an_unknown_account_is_404_and_a_wrong_id_422(self) -> None:
        admin = make_account("boris", Role.ADMIN)
        for user_id, status in ((uuid4(), 404), ("x", 422), (admin.id, 200)):
            # As API Gateway sends it: the parameter is called as the caller's field of the log is.
            parameters = {"user_id": str(user_id)}
            path = f"{ADMIN}/{user_id}"
            answer = call(get_user, "GET", path, headers=admin.headers, path_parameters=parameters)
            assert answer.status == status
