"""A customer who deposits on a chain of the local cloud, with the `mara` commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.support.local_cloud import LocalCloud, ok, until
from tests.support.story import Customer

SCANS_TIMEOUT_S = 90.0
"""Long enough for a scan by the schedule, during which a scan by command does nothing."""


@dataclass
class Payer:
    """A customer with a wallet on one chain that receives test USDT."""

    stack: LocalCloud
    customer: Customer
    network: str
    address: str

    def command(self, *arguments: str) -> str:
        run = self.stack.run(*arguments)
        assert run.returncode == 0, run.stderr
        return run.stdout

    def pay(self, amount: str) -> str:
        """Send test USDT to the wallet; return the transaction's hash."""
        return self.command("faucet", self.address, amount).split()[-1]

    def move(self, *action: str) -> None:
        self.command("chain", *action, "--network", self.network)

    @contextmanager
    def blocks_produced(self) -> Iterator[None]:
        """Let the chain produce blocks on its own inside the context; the tests pause it."""
        if self.network == "aptos":  # which commits each transaction without blocks
            yield
            return
        self.move("resume")
        try:
            yield
        finally:
            self.move("pause")

    def finalize(self) -> None:
        if self.network != "aptos":  # whose transactions are final at once
            self.move("finalize")

    def states(self) -> list[tuple[str, str]]:
        path = f"/wallets/my/{self.network}/deposits"
        items = ok(self.customer.call("GET", path))["items"]
        return [(item["amount"], item["state"]) for item in items]

    def scan_until(self, *states: tuple[str, str]) -> None:
        """Scan until the deposits, newest first, have these amounts and states."""

        def reached() -> bool:
            self.move("scan")
            return self.states() == list(states)

        until(f"deposits are {states}, not {self.states()}", reached, SCANS_TIMEOUT_S)

    def balance(self) -> tuple[str, str]:
        said = ok(self.customer.call("GET", "/users/balance"))
        return said["pending"], said["available"]


def make_payer(stack: LocalCloud, customer: Customer, network: str) -> Payer:
    """A payer with a new wallet; skips the test if the chain is off."""
    if f"{network} off" in stack.run("status").stdout:
        pytest.skip(f"{network} needs anvil, which needs Node's npm to be installed")
    generated = customer.call("POST", "/wallets/generate", json={"network": network})
    return Payer(stack, customer, network, ok(generated)["address"])
