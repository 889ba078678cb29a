"""A customer who pays in on a chain of the local cloud, with its own commands."""

from dataclasses import dataclass

import pytest

from tests.support.local_cloud import LocalCloud, ok, until
from tests.support.story import Customer

SCANS_TIMEOUT_S = 90.0
"""A schedule may be scanning at the same time, and then ours does nothing."""


@dataclass
class Payer:
    """A customer with a wallet on one chain, at which test USDT arrives."""

    stack: LocalCloud
    customer: Customer
    network: str
    address: str

    def command(self, *arguments: str) -> str:
        run = self.stack.run(*arguments)
        assert run.returncode == 0, run.stderr
        return run.stdout

    def pay(self, amount: str) -> str:
        """The transaction's hash."""
        return self.command("faucet", self.address, amount).split()[-1]

    def move(self, *action: str) -> None:
        self.command("chain", *action, "--network", self.network)

    def finalize(self) -> None:
        if self.network != "aptos":  # where what is committed is final
            self.move("finalize")

    def states(self) -> list[tuple[str, str]]:
        path = f"/wallets/my/{self.network}/deposits"
        items = ok(self.customer.call("GET", path))["items"]
        return [(item["amount"], item["state"]) for item in items]

    def scan_until(self, *states: tuple[str, str]) -> None:
        """The newest first."""

        def reached() -> bool:
            self.move("scan")
            return self.states() == list(states)

        until(f"deposits are {states}, not {self.states()}", reached, SCANS_TIMEOUT_S)

    def balance(self) -> tuple[str, str]:
        said = ok(self.customer.call("GET", "/users/balance"))
        return said["pending"], said["available"]


def make_payer(stack: LocalCloud, customer: Customer, network: str) -> Payer:
    """Skips where the chain is off."""
    if f"{network} off" in stack.run("status").stdout:
        pytest.skip(f"{network} needs anvil, which needs Node's npm to be installed")
    generated = customer.call("POST", "/wallets/generate", json={"network": network})
    return Payer(stack, customer, network, ok(generated)["address"])
