"""The story of a subscription on the deployed stack, paid on every chain that runs here."""

from typing import Any

import pytest

from tests.support.local_cloud import LocalCloud, ok, until
from tests.support.payer import Payer, make_payer
from tests.support.story import Customer

NETWORKS = ("arbitrum", "tron", "aptos")
MY = "/subscriptions/my"
ARRIVES_MAX_S = 150.0
"""Two ticks of the schedules, with a loaded machine's delays."""


@pytest.fixture(params=NETWORKS)
def payer(request: pytest.FixtureRequest, stack: LocalCloud, somebody: Customer) -> Payer:
    network: str = request.param
    return make_payer(stack, somebody, network)


def shown(payer: Payer) -> Any:
    return ok(payer.customer.call("GET", MY))


def wait_until(payer: Payer, **expected: object) -> Any:
    """Wait for what deposits and the schedule do by themselves."""

    def reached() -> bool:
        payer.move("scan")
        found = shown(payer)
        return {name: found[name] for name in expected} == expected

    until(f"the subscription has {expected}, not {shown(payer)}", reached, ARRIVES_MAX_S)
    return shown(payer)


def address_of(subscription: Any, network: str) -> str:
    return next(str(one["address"]) for one in subscription["pay"] if one["network"] == network)


class TestSubscription:
    def test_paid_from_a_wallet_becomes_active_and_renews_itself(self, payer: Payer) -> None:
        subscribed = ok(payer.customer.call("POST", "/subscriptions", json={"plan": "team"}))
        assert (subscribed["state"], subscribed["missing"]) == ("incomplete", "20.000000")
        assert address_of(subscribed, payer.network) == payer.address
        payer.pay("41")
        payer.finalize()
        wait_until(payer, state="active")
        payer.command("clock", "advance", "31d", "--user", payer.customer.email)
        renewed = shown(payer)
        assert (renewed["state"], payer.balance()[1]) == ("active", "1.000000")
        payer.command("clock", "advance", "31d", "--user", payer.customer.email)
        late = shown(payer)
        assert (late["state"], late["missing"]) == ("past_due", "19.000000")
        payer.pay("19")
        payer.finalize()
        wait_until(payer, state="active", missing="0.000000")
        items = ok(payer.customer.call("GET", f"{MY}/invoices"))["items"]
        assert [item["state"] for item in items] == ["paid"] * 3
        paid = ok(payer.customer.call("GET", f"{MY}/invoices/{items[0]['id']}"))
        assert {source["network"] for source in paid["paid_by"]} == {payer.network}
        payer.command("ledger", "verify")

    @pytest.mark.parametrize("payer", ["tron"], indirect=True)
    def test_that_is_not_paid_ends_and_keeps_what_comes_later(self, payer: Payer) -> None:
        ok(payer.customer.call("POST", "/subscriptions", json={"plan": "team"}))
        payer.command("clock", "advance", "25h", "--user", payer.customer.email)
        assert shown(payer)["state"] == "default"
        payer.pay("20")
        payer.finalize()
        payer.scan_until(("20.000000", "credited"))
        assert shown(payer)["state"] == "default"
        assert payer.balance() == ("0.000000", "20.000000")
