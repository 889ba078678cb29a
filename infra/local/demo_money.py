"""The part of the demo story about money: wallets, deposits, and the balance."""

from collections.abc import Callable
from typing import Any

from infra.local.api_client import Api, wait_for
from infra.local.chains import commands, faucet, servers
from infra.local.chains.block_timing import read_timing

AMOUNT = "25"
STATES = ("seen", "safe", "final", "credited")
SAFE_FROM = {"arbitrum": "safe", "tron": "seen", "aptos": "credited"}
"""State of a deposit after the blocks of an epoch: Tron has no state between seen and final."""

DEPOSIT_TIMEOUT_S = 180.0
"""Long enough for a scan that the schedule is running at the same time to finish."""


def play(api: Api) -> None:
    """Create a wallet on every enabled chain, deposit into it, and wait for the credit.

    Raises ApiRefused.
    """
    for network in servers.settings():
        wallet = api.call("POST", "/wallets/generate", json={"network": network})
        print(f"\n{network}: {wallet['address']}")
        deposit = send(api, network, wallet["address"], AMOUNT)
        states = [deposit["state"], *credit(api, network)]
        seen = deposit["transaction"][:18]
        print(f"  {AMOUNT} USDT in {seen}…: {' → '.join(dict.fromkeys(states))}")
    balance = api.call("GET", "/users/balance")
    print(f"\nbalance: {balance['available']} available, {balance['pending']} pending")
    for entry in api.call("GET", "/users/balance/entries")["items"]:
        print(f"  {entry['amount']:>10}  {entry['cause']['kind']:<8} after it {entry['balance']}")


def send(api: Api, network: str, address: str, amount: str) -> Any:
    """Send test USDT, and wait until the deposit is seen; the deposit. Raises ApiRefused."""
    known = {one["transaction"] for one in _deposits(api, network)}
    faucet.send(address, amount)
    return _wait(api, network, lambda one: one["transaction"] not in known, "seen")


def credit(api: Api, network: str) -> list[str]:
    """Let the newest deposit become final and be credited; its states. Raises ApiRefused."""
    states = []
    if network != "aptos":
        servers.node(network).mine(read_timing().slots(network))
        states.append(_wait(api, network, _reaches(SAFE_FROM[network]), "safe")["state"])
        servers.node(network).finalise()
    return [*states, _wait(api, network, _reaches("credited"), "credited")["state"]]


def _reaches(state: str) -> Callable[[Any], bool]:
    return lambda deposit: STATES.index(deposit["state"]) >= STATES.index(state)


def _deposits(api: Api, network: str) -> list[Any]:
    found: list[Any] = api.call("GET", f"/wallets/my/{network}/deposits")["items"]
    return found


def _wait(api: Api, network: str, is_so: Callable[[Any], bool], what: str) -> Any:
    """Scan until the newest deposit ``is_so``; the deposit. Raises ApiRefused."""

    def newest() -> Any:
        commands.scan(network)
        found = _deposits(api, network)
        return found[0] if found and is_so(found[0]) else None

    return wait_for(newest, DEPOSIT_TIMEOUT_S, lambda: f"No deposit on {network} is {what}")
