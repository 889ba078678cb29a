"""POST /api/v1/agents/{agent_id}/ask within the limits of a plan, through the function itself."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from functions.api.agents.ask_agent.handler import handler as ask_agent
from functions.api.agents.create_agent.handler import handler as create_agent
from functions.api.agents.delete_agent.handler import handler as delete_agent
from functions.api.billing.get_my_usage.handler import handler as get_my_usage
from functions.api.users.list_balance_entries.handler import handler as list_balance_entries
from functions.api.wallets.generate_wallet.handler import handler as generate_wallet
from mara.billing.model.meters import Meter
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.adapters.postgres import PostgresLedger
from mara.ledger.model import Balance
from mara.platform.database import connection, transaction
from mara.wiring.vault import vault_service
from mara.wiring.wallets import wallet_creation_service
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT, allowances, plan_version
from tests.support.events import Answer, call
from tests.support.knowledge import learn
from tests.support.parallel import outcomes
from tests.support.scanning import begin_scans
from tests.support.subscriptions import add_plan, pay_in, subscribe_now

pytestmark = pytest.mark.usefixtures("database")

TEXT = "Restart the billing service with systemctl restart billing on its host."
KNOWN, UNKNOWN = "How do I restart the billing service?", "Who won the race at sea?"
PRICE = 20_000
"""Of an answer above the allowance, in micro-USDT."""


@pytest.fixture
def anna() -> Account:
    account = make_account("anna")
    learn(account.id, "ops.txt", [TEXT])
    return account


def subscribe(account: Account, answers: int, *, overage_limit: int = 0, **terms: Any) -> None:
    """Subscribe to a plan with so many answers, and keep 1 USDT."""
    pay_in(account.id, 11 * USDT)
    given = {"allowances": allowances(answers=answers), **terms}
    version = plan_version(f"answers-{answers}-{overage_limit}", **given)
    subscribe_now(account.id, version, overage_limit=overage_limit)


def agent_of(account: Account, **body: Any) -> str:
    body = {"name": "On call", **body}
    made = call(create_agent, "POST", "/api/v1/agents", headers=account.headers, body=body)
    agent_id: str = made.json["id"]
    return agent_id


def ask(account: Account, agent_id: str, question: str = KNOWN, **headers: str) -> Answer:
    return call(
        ask_agent,
        "POST",
        f"/api/v1/agents/{agent_id}/ask",
        headers={**account.headers, **headers},
        body={"question": question},
    )


def answers_used(account: Account) -> tuple[int, int]:
    """Answers that are used, and those that are reserved."""
    usage = call(get_my_usage, "GET", "/api/v1/usage/my", headers=account.headers).json
    (item,) = [item for item in usage["items"] if item["meter"] == "answers"]
    return item["used"], item["reserved"]


def balance_of(account: Account) -> Balance:
    with transaction(SYSTEM):
        return PostgresLedger().get_balance(account.id)


def settled(account: Account) -> list[tuple[str, str]]:
    """Reference and amount of what the statement says was paid for use."""
    path = "/api/v1/users/balance/entries"
    items = call(list_balance_entries, "GET", path, headers=account.headers).json["items"]
    return [
        (item["cause"]["reference"], item["amount"])
        for item in items
        if item["cause"]["kind"] == "settle"
    ]


class TestAllowance:
    def test_is_used_by_answers_that_cost_nothing_more(self, anna: Account) -> None:
        answer = ask(anna, agent_of(anna))
        assert (answer.status, answer.json["usage"]["price"]) == (200, "0.000000")
        assert answers_used(anna) == (1, 0)

    def test_that_is_used_up_is_refused_with_the_way_out(self, anna: Account) -> None:
        subscribe(anna, 1)
        agent_id = agent_of(anna)
        ask(anna, agent_id)
        refused = ask(anna, agent_id)
        assert (refused.status, refused.json["code"]) == (402, "usage_limit_reached")
        rule = refused.json["rule"]
        assert rule["meter"] == "answers"
        assert (rule["included"], rule["used"], rule["reserved"], rule["requested"]) == (1, 1, 0, 1)
        assert {"action": "change_plan"} in refused.json["way_out"]
        add_plan(plan_version("more-answers", price=USDT, allowances=allowances(answers=9)))
        again = ask(anna, agent_id)
        assert {"action": "change_plan", "plan": "more-answers"} in again.json["way_out"]

    def test_is_not_used_by_an_honest_refusal(self, anna: Account) -> None:
        answer = ask(anna, agent_of(anna), UNKNOWN)
        assert answer.json["status"] == "not_in_documents"
        assert answers_used(anna) == (0, 0)

    def test_is_not_used_by_quotes_in_place_of_a_model(self, anna: Account) -> None:
        answer = ask(anna, agent_of(anna, mode="generate"))
        assert answer.json["status"] == "quotes_only"
        assert answers_used(anna) == (0, 0)

    def test_is_used_once_by_a_repeated_request(self, anna: Account) -> None:
        agent_id, key = agent_of(anna), {"idempotency-key": "one question"}
        first, again = ask(anna, agent_id, **key), ask(anna, agent_id, **key)
        assert first.json == again.json
        assert answers_used(anna) == (1, 0)

    def test_is_not_used_by_a_question_to_no_agent(self, anna: Account) -> None:
        assert ask(anna, str(UUID(int=1))).status == 404
        assert answers_used(anna) == (0, 0)

    def test_is_asked_for_before_a_question_is_queued(self, anna: Account) -> None:
        subscribe(anna, 0)
        refused = ask(anna, agent_of(anna), prefer="respond-async")
        assert (refused.status, refused.json["code"]) == (402, "usage_limit_reached")
        with transaction(SYSTEM):
            assert connection().execute("SELECT FROM pending_answers").rowcount == 0
            asked = "SELECT FROM outbox WHERE queue = 'answer-question'"
            assert connection().execute(asked).rowcount == 0


class TestOverage:
    TERMS: dict[str, Any] = {"overage_prices": {Meter.ANSWERS: PRICE}}  # noqa: RUF012 - read only

    def test_is_charged_with_the_answer_that_the_statement_names(self, anna: Account) -> None:
        subscribe(anna, 0, overage_limit=PRICE, **self.TERMS)
        answer = ask(anna, agent_of(anna))
        assert answer.json["usage"]["price"] == "0.020000"
        assert settled(anna) == [(answer.json["answer_id"], "-0.020000")]
        assert balance_of(anna) == Balance(available=USDT - PRICE, reserved=0)

    def test_needs_the_money(self, anna: Account) -> None:
        subscribe(anna, 0, overage_limit=10 * USDT, overage_prices={Meter.ANSWERS: 2 * USDT})
        begin_scans()
        wallet_creation_service(vault_service()).create_all(anna.principal)
        refused = ask(anna, agent_of(anna))
        assert (refused.status, refused.json["code"]) == (402, "insufficient_funds")
        assert refused.json["missing"] == "1.000000"
        assert {pay["amount"] for pay in refused.json["pay"]} == {"1.000000"}
        assert {"action": "deposit"} in refused.json["way_out"]

    def test_is_refused_with_where_to_pay_in_what_is_missing(self, anna: Account) -> None:
        begin_scans()
        path, body = "/api/v1/wallets/generate", {"network": "tron"}
        made = call(generate_wallet, "POST", path, headers=anna.headers, body=body).json
        subscribe(anna, 0, overage_limit=10 * USDT, overage_prices={Meter.ANSWERS: 9 * USDT})
        for prefer in ("", "respond-async"):
            refused = ask(anna, agent_of(anna), prefer=prefer)
            (pay,) = refused.json["pay"]
            assert (pay["network"], pay["address"]) == ("tron", made["address"])
            assert pay["amount"] == "8.000000"


class TestAgents:
    def test_are_no_more_than_the_plan_includes(self, anna: Account) -> None:
        first, *_ = [agent_of(anna) for _ in range(3)]
        body = {"name": "One more"}
        refused = call(create_agent, "POST", "/api/v1/agents", headers=anna.headers, body=body)
        assert (refused.status, refused.json["code"]) == (402, "usage_limit_reached")
        assert refused.json["rule"]["meter"] == "agents"
        assert refused.json["way_out"][0] == {"action": "delete"}
        path = f"/api/v1/agents/{first}"
        assert call(delete_agent, "DELETE", path, headers=anna.headers).status == 204
        agent_of(anna)


class TestFeature:
    def test_of_generated_answers_is_not_in_every_plan(
        self, anna: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_OLLAMA_URL", "http://127.0.0.1:9")
        subscribe(anna, 5)
        agent_id = agent_of(anna, mode="generate")
        refused = ask(anna, agent_id)
        assert (refused.status, refused.json["code"]) == (403, "not_in_plan")
        assert refused.json["rule"]["feature"] == "generated_answers"


class TestFiftyAtOnce:
    """Proof 3. Break it: take ``FOR UPDATE`` from ``LOCK_HOLDER`` and ``LOCK_COUNTERS``."""

    def ask_all(self, account: Account) -> Counter[str]:
        agent_id = agent_of(account)
        answers = outcomes(lambda _: f"{ask(account, agent_id).status}", range(50))
        return Counter(answers)

    def test_get_no_more_answers_than_the_plan_includes(self, anna: Account) -> None:
        subscribe(anna, 10)
        assert self.ask_all(anna) == {"200": 10, "402": 40}
        assert answers_used(anna) == (10, 0)
        assert balance_of(anna) == Balance(available=USDT, reserved=0)

    def test_get_no_more_answers_than_the_limit_of_overage_pays(self, anna: Account) -> None:
        subscribe(anna, 0, overage_limit=10 * PRICE, overage_prices={Meter.ANSWERS: PRICE})
        assert self.ask_all(anna) == {"200": 10, "402": 40}
        assert balance_of(anna) == Balance(available=USDT - 10 * PRICE, reserved=0)
