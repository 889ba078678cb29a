"""The plans of the local stage."""

import pytest

from infra.local import seed_plans
from mara.wiring.plans import plan_service
from tests.support.billing import plan_terms

pytestmark = pytest.mark.usefixtures("database")


class TestSeed:
    def test_sells_free_team_and_business(self) -> None:
        seed_plans.seed()
        assert [plan.code for plan in plan_service().list_public()] == ["free", "team", "business"]

    def test_gives_a_larger_plan_all_features_of_a_smaller_one(self) -> None:
        seed_plans.seed()
        features = [plan.current.terms.features for plan in plan_service().list_public()]
        assert features[0] <= features[1] <= features[2]

    def test_keeps_what_an_administrator_has_changed(self) -> None:
        seed_plans.seed()
        team = next(plan for plan in plan_service().list_public() if plan.code == "team")
        changed = plan_service().change(team.id, plan_terms(30_000_000))
        seed_plans.seed()
        assert changed in plan_service().list_public()
