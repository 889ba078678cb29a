"""The story of a deposit on the deployed stack, on every chain that runs here."""

from typing import Any

import pytest

from tests.support.local_cloud import LocalCloud, ok, until
from tests.support.payer import Payer, make_payer
from tests.support.story import Customer

NETWORKS = ("arbitrum", "tron", "aptos")
ARRIVES_MAX_S = 180.0
"""Finality takes 20 s, and a scan begins every minute."""


@pytest.fixture(params=NETWORKS)
def payer(request: pytest.FixtureRequest, stack: LocalCloud, somebody: Customer) -> Payer:
    network: str = request.param
    return make_payer(stack, somebody, network)


class TestDeposit:
    def test_is_seen_and_becomes_final_and_is_credited_once(self, payer: Payer) -> None:
        payer.pay("12.5")
        if payer.network != "aptos":  # where what is committed is final
            payer.scan_until(("12.500000", "seen"))
            assert payer.balance() == ("12.500000", "0.000000")
        payer.finalize()
        payer.scan_until(("12.500000", "credited"))
        payer.move("scan")
        assert payer.balance() == ("0.000000", "12.500000")
        entries = ok(payer.customer.call("GET", "/users/balance/entries"))["items"]
        assert [entry["amount"] for entry in entries] == ["12.500000"]
        payer.command("ledger", "verify")

    def test_that_was_credited_is_left_alone_by_a_rescan(self, payer: Payer) -> None:
        payer.pay("12.5")
        payer.finalize()
        payer.scan_until(("12.500000", "credited"))
        blocks = ("--from", "1", "--to", "1")
        said = payer.command("chain", "rescan", *blocks, "--network", payer.network)
        assert "settled 0 missed deposits" in said
        assert payer.balance() == ("0.000000", "12.500000")

    def test_that_the_chain_undoes_is_kept_and_never_credited(self, payer: Payer) -> None:
        if payer.network == "aptos":
            pytest.skip("What Aptos has committed is never undone.")
        payer.pay("12.5")
        payer.scan_until(("12.500000", "seen"))
        payer.move("reorg")
        payer.scan_until(("12.500000", "orphaned"))
        payer.move("finalize")
        payer.move("scan")
        assert payer.states() == [("12.500000", "orphaned")]
        assert payer.balance() == ("0.000000", "0.000000")

    def test_below_the_minimum_is_shown_and_waits_in_suspense(self, payer: Payer) -> None:
        payer.pay("0.999999")
        payer.finalize()
        payer.scan_until(("0.999999", "suspense"))
        balance = ok(payer.customer.call("GET", "/users/balance"))
        assert (balance["available"], balance["suspense"]) == ("0.000000", "0.999999")

    def test_is_claimed_by_its_hash_before_a_scan_comes_by(self, payer: Payer) -> None:
        transaction = payer.pay("12.5")
        payer.finalize()
        path = f"/wallets/my/{payer.network}/deposits/claim"
        claimed = ok(payer.customer.call("POST", path, json={"transaction": transaction}))
        assert [item["state"] for item in claimed["items"]] == ["credited"]
        payer.move("scan")
        assert payer.balance() == ("0.000000", "12.500000")


@pytest.mark.proof
def test_money_arrives_by_itself_while_blocks_are_produced(payer: Payer) -> None:
    """No command but the transfer: blocks, finality and the schedule's scan do the rest."""
    with payer.blocks_produced():
        payer.pay("12.5")
        credited = [("12.500000", "credited")]
        until("the deposit is credited", lambda: payer.states() == credited, ARRIVES_MAX_S)
    assert payer.balance() == ("0.000000", "12.500000")


def test_the_chain_itself_tells_what_a_wallet_holds(payer: Payer) -> None:
    """At once, whether the deposit is credited yet or not."""
    payer.pay("12.5")
    said = ok(payer.customer.call("GET", f"/wallets/my/{payer.network}/balance"))
    assert said["balances"][0] == {"asset": "USDT", "amount": "12.500000"}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["faucet", "0x12", "5"], "not an address of the network"),
        (["faucet", "0x" + "a" * 40, "5", "--network", "tron"], "begins with T"),
        (["faucet", "0x" + "a" * 40, "1.0000001"], "at most 6 places"),
        (["faucet", "0x" + "a" * 40, "1e3"], "not a number of USDT"),
        (["faucet", "0x" + "a" * 40, "NaN"], "not a number of USDT"),
        (["faucet", "0x" + "a" * 40, "0"], "amount must be positive"),
        (["chain", "mine", "--network", "aptos"], "final when committed"),
        (["chain", "rescan"], "--from 100 --to 200"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    stack: LocalCloud, arguments: list[str], reason: str
) -> None:
    run: Any = stack.run(*arguments)
    assert run.returncode == 1
    assert reason in run.stderr
    assert "Traceback" not in run.stderr
