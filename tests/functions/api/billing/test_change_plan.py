"""PUT /api/v1/plans/{plan_id}, through the function itself."""

import pytest

from functions.api.billing.change_plan.handler import handler as change_plan
from functions.api.billing.create_plan.handler import handler as create_plan
from functions.api.billing.list_plan_versions.handler import handler as list_plan_versions
from functions.api.billing.list_plans.handler import handler as list_plans
from mara.kernel.principal import Role
from tests.support.accounts import Account, make_account
from tests.support.events import call
from tests.support.plans import PLAN, change_body

pytestmark = pytest.mark.usefixtures("database")

UNKNOWN = "/api/v1/plans/00000000-0000-7000-8000-000000000000"


@pytest.fixture
def admin() -> Account:
    return make_account("anna", Role.ADMIN)


@pytest.fixture
def path(admin: Account) -> str:
    created = call(create_plan, "POST", "/api/v1/plans", body=PLAN, headers=admin.headers)
    return f"/api/v1/plans/{created.json['id']}"


def codes_on_sale() -> list[str]:
    return [item["code"] for item in call(list_plans, "GET", "/api/v1/plans").json["items"]]


class TestChangePlan:
    def test_makes_a_version_of_other_terms(self, admin: Account, path: str) -> None:
        changed = call(
            change_plan, "PUT", path, body=change_body(price="39"), headers=admin.headers
        )
        assert (changed.status, changed.json["version"]) == (200, 2)
        versions = call(list_plan_versions, "GET", f"{path}/versions", headers=admin.headers)
        prices = [item["price"] for item in versions.json["items"]]
        assert prices == ["39.000000", "29.000000"]

    def test_makes_no_version_of_the_same_terms(self, admin: Account, path: str) -> None:
        body = {**change_body(), "name": {"ru": "Отряд", "en": "Squad"}}
        changed = call(change_plan, "PUT", path, body=body, headers=admin.headers)
        assert changed.json["version"] == 1
        assert changed.json["name"]["en"] == "Squad"

    def test_of_an_unknown_plan_finds_nothing(self, admin: Account) -> None:
        answer = call(change_plan, "PUT", UNKNOWN, body=change_body(), headers=admin.headers)
        assert (answer.status, answer.json["code"]) == (404, "plan_not_found")
        versions = call(list_plan_versions, "GET", f"{UNKNOWN}/versions", headers=admin.headers)
        assert versions.status == 404

    def test_refuses_users(self, path: str) -> None:
        account = make_account("boris")
        answer = call(change_plan, "PUT", path, body=change_body(), headers=account.headers)
        assert answer.status == 403
        versions = call(list_plan_versions, "GET", f"{path}/versions", headers=account.headers)
        assert versions.status == 403


class TestListPlans:
    def test_shows_public_plans_to_everyone(self, admin: Account, path: str) -> None:
        assert codes_on_sale() == ["free", "team"]

    @pytest.mark.parametrize("visibility", ["hidden", "archived"])
    def test_shows_no_other_plans(self, admin: Account, path: str, visibility: str) -> None:
        body = {**change_body(), "visibility": visibility}
        call(change_plan, "PUT", path, body=body, headers=admin.headers)
        assert codes_on_sale() == ["free"]
