"""The part of the demo story about money: wallets, deposits, and the balance."""

import time
from typing import Any

from infra.local.api_client import Api, ApiRefused
from infra.local.chains import commands, faucet, servers
from infra.local.chains.block_timing import read_timing

AMOUNT = "25"
STATES = ("seen", "safe", "final", "credited")
SAFE_FROM = {"arbitrum": "safe", "tron": "seen", "aptos": "credited"}
"""State of a deposit after the blocks of an epoch: Tron has no state between seen and final."""

DEPOSIT_TIMEOUT_S = 90.0
"""Long enough for a scan that the schedule is running at the same time to finish."""

POLL_S = 0.5


def play(api: Api) -> None:
    """Create a wallet on every enabled chain, deposit into it, and wait for the credit.

    Raises ApiRefused.
    """
    for network in servers.settings():
        wallet = api.call("POST", "/wallets/generate", json={"network": network})
        print(f"\n{network}: {wallet['address']}")
        faucet.send(wallet["address"], AMOUNT)
        seen = _wait(api, network, "seen")
        states = [seen["state"]]
        if network != "aptos":
            servers.node(network).mine(read_timing().slots(network))
            states.append(_wait(api, network, SAFE_FROM[network])["state"])
            servers.node(network).finalise()
        states.append(_wait(api, network, "credited")["state"])
        print(
            f"  {AMOUNT} USDT in {seen['transaction'][:18]}…: {' → '.join(dict.fromkeys(states))}"
        )
    balance = api.call("GET", "/users/balance")
    print(f"\nbalance: {balance['available']} available, {balance['pending']} pending")
    for entry in api.call("GET", "/users/balance/entries")["items"]:
        print(f"  {entry['amount']:>10}  {entry['cause']['kind']:<8} after it {entry['balance']}")


def _wait(api: Api, network: str, state: str) -> Any:
    """Wait until the newest deposit is in ``state`` or a later one. Raises ApiRefused."""
    give_up_at = time.monotonic() + DEPOSIT_TIMEOUT_S
    while time.monotonic() < give_up_at:
        commands.scan(network)
        found = api.call("GET", f"/wallets/my/{network}/deposits")["items"]
        if found and STATES.index(found[0]["state"]) >= STATES.index(state):
            return found[0]
        time.sleep(POLL_S)
    raise ApiRefused(f"No deposit on {network} is {state} after {DEPOSIT_TIMEOUT_S:.0f} s.")
