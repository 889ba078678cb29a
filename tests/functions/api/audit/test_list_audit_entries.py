"""GET /api/v1/admin/audit, through the function itself."""

from typing import Any

import psycopg
import pytest

from functions.api.audit.list_audit_entries.handler import handler as list_audit_entries
from mara.audit.model.deed import AuditAction, Deed
from mara.kernel.ids import new_id
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import transaction
from mara.wiring.audit import audit_log, chain_service
from tests.support.accounts import Account, make_account
from tests.support.audit import bucket_of_anchors, erase_details, login_of
from tests.support.events import Answer, call

pytestmark = pytest.mark.usefixtures("database")

ANNA, BORIS = new_id(), new_id()


@pytest.fixture
def admin(database: str) -> Account:
    return make_account("admin", Role.ADMIN)


@pytest.fixture(autouse=True)
def deeds(admin: Account) -> None:
    """Three, after the login of the administrator."""
    key_id = new_id()
    record(
        login_of(ANNA),
        Deed(AuditAction.API_KEY_CREATED, ANNA, ANNA, "api_key", key_id),
        Deed(AuditAction.CREDIT_GIVEN, BORIS, ANNA, "credit", key_id, {"reason": "an outage"}),
    )


def record(*deeds: Deed) -> None:
    with transaction(SYSTEM):
        for deed in deeds:
            audit_log().record(deed)


def ask(account: Account, **query: str) -> Answer:
    path = "/api/v1/admin/audit"
    return call(list_audit_entries, "GET", path, headers=account.headers, query=query)


class TestListAuditEntries:
    def test_shows_deeds_and_their_details_newest_first(self, admin: Account) -> None:
        credit, key, login, _ = ask(admin).json["items"]
        assert (credit["action"], credit["actor_id"], credit["owner_id"]) == (
            *("credit_given", str(BORIS), str(ANNA)),
        )
        assert (credit["detail"], login["detail"]) == (
            *({"reason": "an outage"}, {"address": "192.0.2.7"}),
        )
        assert (key["object_kind"], key["detail"], key["is_erased"]) == ("api_key", None, False)

    def test_shows_that_a_detail_is_erased(self, admin: Account) -> None:
        erase_details(ANNA)
        found = [(one["detail"], one["is_erased"]) for one in ask(admin).json["items"][1:4]]
        assert found == [(None, True), (None, False), (None, True)]

    def test_calls_a_detail_erased_only_where_the_account_was(
        self, admin: Account, past_the_rules: psycopg.Connection[Any]
    ) -> None:
        past_the_rules.execute("DELETE FROM audit_details")
        found = [(one["is_erased"], one["is_removed"]) for one in ask(admin).json["items"]]
        assert found == [(False, True), (False, False), (False, True), (False, True)]

    def test_shows_the_place_in_the_chain(self, admin: Account) -> None:
        assert [one["position"] for one in ask(admin).json["items"]] == [None] * 4
        with bucket_of_anchors():
            chain_service.cache_clear()
            chain_service().continue_chain()
        assert [one["position"] for one in ask(admin).json["items"]] == [4, 3, 2, 1]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"actor": str(BORIS)}, ["credit_given"]),
            ({"owner": str(ANNA), "actor": str(ANNA)}, ["api_key_created", "login"]),
            ({"owner": str(BORIS)}, []),
            ({"action": "login"}, ["login", "login"]),
            ({"from": "2999-01-01T00:00:00Z"}, []),
            ({"to": "2000-01-01T00:00:00+03:00"}, []),
            (
                {"from": "2000-01-01T00:00:00Z", "to": "2999-01-01T00:00:00Z", "owner": str(ANNA)},
                ["credit_given", "api_key_created", "login"],
            ),
        ],
    )
    def test_filters(self, admin: Account, query: dict[str, str], found: list[str]) -> None:
        page = ask(admin, **query, total="true").json
        assert ([one["action"] for one in page["items"]], page["total"]) == (found, len(found))

    def test_a_range_has_its_begin_and_not_its_end(self, admin: Account) -> None:
        at = ask(admin).json["items"][0]["at"]
        assert "credit_given" in [one["action"] for one in ask(admin, **{"from": at}).json["items"]]
        assert "credit_given" not in [one["action"] for one in ask(admin, to=at).json["items"]]

    def test_has_pages_of_the_same_filters_alone(self, admin: Account) -> None:
        query = {"actor": str(ANNA), "from": "2000-01-01T00:00:00Z", "limit": "1"}
        first = ask(admin, **query).json
        second = ask(admin, **query, cursor=first["next_cursor"]).json
        assert [page["items"][0]["action"] for page in (first, second)] == [
            *("api_key_created", "login"),
        ]
        assert second["next_cursor"] is None
        assert ask(admin, limit="1", cursor=first["next_cursor"]).status == 422

    @pytest.mark.parametrize(
        "query",
        [
            {"actor": "anna"},
            {"action": "sang"},
            {"from": "2026-01-15T00:00:00"},
            {"to": "tomorrow"},
            {"cursor": "z"},
        ],
    )
    def test_refuses_a_wrong_query(self, admin: Account, query: dict[str, str]) -> None:
        assert ask(admin, **query).status == 422

    def test_is_for_administrators_alone(self) -> None:
        assert ask(make_account("anna")).status == 403
