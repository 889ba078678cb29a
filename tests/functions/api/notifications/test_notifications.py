"""The routes of notices, through the functions themselves."""

import pytest

from functions.api.notifications.get_notification_preferences.handler import (
    handler as get_preferences,
)
from functions.api.notifications.list_notifications.handler import handler as list_notifications
from functions.api.notifications.read_all_notifications.handler import handler as read_all
from functions.api.notifications.read_notification.handler import handler as read_notification
from functions.api.notifications.set_notification_preferences.handler import (
    handler as set_preferences,
)
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from tests.support.accounts import Account, make_account
from tests.support.events import call
from tests.support.notices import give_notice

PATH = "/api/v1/notifications"


@pytest.fixture
def anna(database: str) -> Account:
    return make_account("anna")


class TestList:
    def test_is_in_the_language_of_the_account_when_it_is_read(self, anna: Account) -> None:
        give_notice(anna.id)
        texts = []
        for locale in ("en", "ru"):
            with transaction(SYSTEM):
                connection().execute("UPDATE users SET locale = %s", [locale])
            answer = call(list_notifications, "GET", PATH, headers=anna.headers)
            texts += [item["text"] for item in answer.json["items"]]
        assert texts == [
            "A deposit of 10.50 USDT was credited.",
            "Платёж на 10.50 USDT зачислен.",
        ]

    def test_is_paged_with_unread_ones_first(self, anna: Account) -> None:
        made = [str(give_notice(anna.id)) for _ in range(3)]
        path = f"{PATH}/{made[2]}/read"
        ids = {"notification_id": made[2]}
        read = call(read_notification, "POST", path, headers=anna.headers, path_parameters=ids)
        assert read.json["read_at"]
        found: list[str] = []
        query = {"limit": "1", "total": "true"}
        while True:
            page = call(list_notifications, "GET", PATH, headers=anna.headers, query=query).json
            found += [item["id"] for item in page["items"]]
            assert page["total"] == 3
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert found == [made[1], made[0], made[2]]

    def test_is_read_at_once(self, anna: Account) -> None:
        for _ in range(2):
            give_notice(anna.id)
        counts = [
            call(read_all, "POST", f"{PATH}/read", headers=anna.headers).json["count"]
            for _ in range(2)
        ]
        assert counts == [2, 0]
        unread = {"unread": "true"}
        answer = call(list_notifications, "GET", PATH, headers=anna.headers, query=unread)
        assert answer.json["items"] == []


class TestPreferences:
    def test_are_changed_for_what_is_named(self, anna: Account) -> None:
        path = f"{PATH}/preferences"
        before = call(get_preferences, "GET", path, headers=anna.headers).json["items"]
        assert all(one["api"] and one["telegram"] and one["webhooks"] for one in before)
        body = {"items": [{"kind": "deposit_seen", "webhooks": False}]}
        changed = call(set_preferences, "PUT", path, headers=anna.headers, body=body).json["items"]
        assert changed == [{**one, "webhooks": one["kind"] != "deposit_seen"} for one in before]
        assert call(get_preferences, "GET", path, headers=anna.headers).json["items"] == changed

    def test_of_the_security_of_the_account_stay_on_in_the_api(self, anna: Account) -> None:
        path = f"{PATH}/preferences"
        for kind in ("new_session", "password_changed"):
            body = {"items": [{"kind": kind, "telegram": False, "webhooks": False}]}
            answer = call(set_preferences, "PUT", path, headers=anna.headers, body=body)
            assert answer.status == 200
            body = {"items": [{"kind": "deposit_seen", "api": False}, {"kind": kind, "api": False}]}
            answer = call(set_preferences, "PUT", path, headers=anna.headers, body=body)
            assert (answer.status, answer.json["code"]) == (422, "notice_required")
        found = call(get_preferences, "GET", path, headers=anna.headers).json["items"]
        assert all(one["api"] for one in found)

    def test_of_unknown_kinds_are_refused(self, anna: Account) -> None:
        body = {"items": [{"kind": "weather", "api": False}]}
        path = f"{PATH}/preferences"
        assert call(set_preferences, "PUT", path, headers=anna.headers, body=body).status == 422
