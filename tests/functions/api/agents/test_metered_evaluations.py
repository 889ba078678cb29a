"""POST /api/v1/agents/{agent_id}/evaluations within the limits of a plan."""

from typing import Any

import pytest

from functions.api.agents.evaluate_agent.handler import handler as evaluate_agent
from functions.api.agents.list_evaluations.handler import handler as list_evaluations
from functions.api.billing.get_my_usage.handler import handler as get_my_usage
from functions.api.users.list_balance_entries.handler import handler as list_balance_entries
from mara.agents.model import AgentSettings
from mara.billing.model.meters import Meter
from mara.wiring.agents import agent_service, answer_service, conversation_service
from mara.wiring.vault import vault_service
from mara.wiring.wallets import wallet_creation_service
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT, allowances, plan_version
from tests.support.events import Answer, call
from tests.support.knowledge import learn
from tests.support.scanning import begin_scans
from tests.support.subscriptions import pay_in, subscribe_now

pytestmark = pytest.mark.usefixtures("database")

TEXT = "Restart the billing service with systemctl restart billing on its host."
QUESTION = "How do I restart the billing service?"
CASES = 3
PRICE = 20_000
"""Of an answer above the allowance, in micro-USDT."""


@pytest.fixture
def anna() -> Account:
    return make_account("anna")


@pytest.fixture
def path(anna: Account) -> str:
    """Of the evaluations of an agent with so many cases, which the default plan paid for."""
    learn(anna.id, "ops.txt", [TEXT])
    agent_id = agent_service().create(anna.principal, AgentSettings("On call")).id
    for _ in range(CASES):
        answer = answer_service().ask(anna.principal, agent_id, QUESTION, conversation_id=None)
        conversation_service().give_feedback(
            anna.principal, agent_id, answer.id, helped=True, comment=None
        )
    return f"/api/v1/agents/{agent_id}/evaluations"


def subscribe(account: Account, answers: int, *, overage_limit: int = 0, **terms: Any) -> None:
    """Subscribe to a plan with so many answers, and keep 1 USDT."""
    pay_in(account.id, 11 * USDT)
    given = {"allowances": allowances(answers=answers), **terms}
    version = plan_version(f"evaluations-{answers}-{overage_limit}", **given)
    subscribe_now(account.id, version, overage_limit=overage_limit)


def evaluate(account: Account, path: str, **headers: str) -> Answer:
    return call(
        evaluate_agent, "POST", path, headers={**account.headers, **headers}, body={"version": 1}
    )


def evaluations(account: Account, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = call(list_evaluations, "GET", path, headers=account.headers).json[
        "items"
    ]
    return items


def answers_used(account: Account) -> tuple[int, int]:
    """Answers that are used, and those that are reserved."""
    usage = call(get_my_usage, "GET", "/api/v1/usage/my", headers=account.headers).json
    (item,) = [item for item in usage["items"] if item["meter"] == "answers"]
    return item["used"], item["reserved"]


class TestUse:
    def test_is_an_answer_for_each_case(self, anna: Account, path: str) -> None:
        subscribe(anna, 10)
        evaluated = evaluate(anna, path)
        assert (evaluated.status, evaluated.json["stopped_by"]) == (201, None)
        assert answers_used(anna) == (CASES, 0)

    def test_is_counted_once_for_a_request_that_is_sent_twice(
        self, anna: Account, path: str
    ) -> None:
        subscribe(anna, 10)
        first, again = [evaluate(anna, path, **{"idempotency-key": "one"}) for _ in range(2)]
        assert (first.status, first.json) == (again.status, again.json)
        assert answers_used(anna) == (CASES, 0)
        assert evaluations(anna, path) == [first.json]

    def test_above_the_allowance_is_named_by_the_statement(self, anna: Account, path: str) -> None:
        terms = {"overage_prices": {Meter.ANSWERS: PRICE}}
        subscribe(anna, CASES - 1, overage_limit=PRICE, **terms)
        results = evaluate(anna, path).json["results"]
        assert sorted(result["price"] for result in results) == ["0.000000"] * 2 + ["0.020000"]
        entries = "/api/v1/users/balance/entries"
        items = call(list_balance_entries, "GET", entries, headers=anna.headers).json["items"]
        causes = [item["cause"] for item in items if item["cause"]["kind"] == "settle"]
        dear = [result["use_id"] for result in results if result["price"] == "0.020000"]
        assert [cause["reference"] for cause in causes] == dear


class TestLimit:
    def test_in_the_middle_keeps_what_was_evaluated(self, anna: Account, path: str) -> None:
        subscribe(anna, CASES - 1)
        evaluated = evaluate(anna, path)
        assert (evaluated.status, evaluated.json["stopped_by"]) == (201, "usage_limit_reached")
        outcomes = [result["outcome"] for result in evaluated.json["results"]]
        assert outcomes == ["passed", "passed", "left_out"]
        assert evaluations(anna, path) == [evaluated.json]
        assert answers_used(anna) == (CASES - 1, 0)

    def test_at_the_start_is_a_refusal_that_stores_nothing(self, anna: Account, path: str) -> None:
        subscribe(anna, 0)
        refused = evaluate(anna, path, **{"idempotency-key": "one"})
        assert (refused.status, refused.json["code"]) == (402, "usage_limit_reached")
        assert {"action": "change_plan"} in refused.json["way_out"]
        assert evaluations(anna, path) == []

    def test_of_money_says_where_to_pay(self, anna: Account, path: str) -> None:
        subscribe(anna, 0, overage_limit=10 * USDT, overage_prices={Meter.ANSWERS: 2 * USDT})
        begin_scans()
        wallet_creation_service(vault_service()).create_all(anna.principal)
        refused = evaluate(anna, path)
        assert (refused.status, refused.json["code"]) == (402, "insufficient_funds")
        assert {pay["amount"] for pay in refused.json["pay"]} == {"1.000000"}
