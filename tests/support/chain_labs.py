"""Development chains behind the adapters that read them, each with the same things to do on it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest

from infra.local.chains.evm_node import EvmNode
from infra.local.simulators import aptos, tron
from infra.local.simulators.serving import served
from mara.wallets.adapters.aptos import AptosChain
from mara.wallets.adapters.evm import ARBITRUM, TRON, EvmChain, EvmDialect
from mara.wallets.model import Network
from mara.wallets.model.addresses import receives_at
from mara.wallets.ports import Chain
from mara.wiring.wallets import address_codec
from tests.support.anvil import SLOTS, anvil_node
from tests.support.chains import Payment, SimulatedChain, SimulatedProvider
from tests.support.environment import NOWHERE
from tests.support.ports import free_port

KEY = "k-4711-secret"


class ChainLab(Protocol):
    """A chain and its adapter; ``recipient_of`` is the recipient in transfers to an owner."""

    def chain(self, *, of_another_token: bool = False) -> Chain: ...

    def owner(self, number: int) -> bytes: ...

    def recipient_of(self, owner: bytes) -> bytes: ...

    def pay(self, payments: Sequence[tuple[bytes, int]]) -> str:
        """All in one transaction, each with a log before it; its name."""

    def pay_in_another_token(self, owner: bytes, amount: int) -> str: ...

    def mine(self, blocks: int) -> None: ...


class Lab(ChainLab, Protocol):
    """A chain behind a URL."""

    def settings(self) -> dict[str, Any]:
        """The network's settings, as in MARA_CHAINS."""

    def pay_absurdly(self, owner: bytes, amount: int) -> str:
        """A transfer of our token, of an amount that is larger than its supply; its name."""


@dataclass
class SimulatedLab:
    """The in-memory chain of the fast tests, which must behave as the real adapters do."""

    simulated: SimulatedChain = field(
        default_factory=lambda: SimulatedChain(lag_safe=SLOTS, lag_final=2 * SLOTS)
    )

    def chain(self, *, of_another_token: bool = False) -> Chain:
        return SimulatedProvider(self.simulated, "lab", has_token=not of_another_token)

    def owner(self, number: int) -> bytes:
        return bytes([number]) * 20

    def recipient_of(self, owner: bytes) -> bytes:
        return owner

    def pay(self, payments: Sequence[tuple[bytes, int]]) -> str:
        logs = [
            log
            for owner, amount in payments
            for log in (Payment(owner, amount, ours=False), Payment(owner, amount))
        ]
        return self._mined(*logs)

    def pay_in_another_token(self, owner: bytes, amount: int) -> str:
        return self._mined(Payment(owner, amount, ours=False))

    def mine(self, blocks: int) -> None:
        for _ in range(blocks):
            self.simulated.mine()

    def _mined(self, *logs: Payment) -> str:
        paid = self.simulated.transaction(*logs)
        self.simulated.mine(paid)
        return paid.hash


@dataclass
class EvmLab:
    node: EvmNode
    url: str
    dialect: EvmDialect = ARBITRUM
    headers: dict[str, str] = field(default_factory=dict)
    contract: str = ""

    def __post_init__(self) -> None:
        self.contract = self.node.deploy()

    def settings(self) -> dict[str, Any]:
        network = Network.TRON if self.dialect is TRON else Network.ARBITRUM
        contract = address_codec().encode(network, bytes.fromhex(self.contract[2:]))
        return {
            "urls": [self.url],
            "headers": self.headers,
            "contract": contract,
            "symbol": "USDT",
        }

    def chain(self, *, of_another_token: bool = False) -> Chain:
        contract = b"\x12" * 20 if of_another_token else bytes.fromhex(self.contract[2:])
        return EvmChain(
            "lab", self.url, contract=contract, dialect=self.dialect, headers=self.headers
        )

    def owner(self, number: int) -> bytes:
        return bytes([number]) * 20

    def recipient_of(self, owner: bytes) -> bytes:
        return owner

    def pay(self, payments: Sequence[tuple[bytes, int]]) -> str:
        return self.node.pay_many(
            self.contract, [("0x" + owner.hex(), amount) for owner, amount in payments]
        )

    def pay_in_another_token(self, owner: bytes, amount: int) -> str:
        return self.node.mint(self.node.deploy(), "0x" + owner.hex(), amount)

    def pay_absurdly(self, owner: bytes, amount: int) -> str:
        return self.node.mint(self.contract, "0x" + owner.hex(), amount)

    def mine(self, blocks: int) -> None:
        self.node.mine(blocks)


@dataclass
class AptosLab:
    ledger: aptos.Ledger
    url: str

    def settings(self) -> dict[str, Any]:
        return {"urls": [self.url], "contract": "0x" + aptos.USDT.hex(), "symbol": "USDT"}

    def chain(self, *, of_another_token: bool = False) -> Chain:
        token = b"\x12" * 32 if of_another_token else aptos.USDT
        return AptosChain("lab", self.url, token=token)

    def owner(self, number: int) -> bytes:
        return b"\x00" + bytes([number]) * 31

    def recipient_of(self, owner: bytes) -> bytes:
        return receives_at(Network.APTOS, owner, aptos.USDT)

    def pay(self, payments: Sequence[tuple[bytes, int]]) -> str:
        return self.ledger.pay(payments)

    def pay_in_another_token(self, owner: bytes, amount: int) -> str:
        return self.ledger.pay([(owner, amount)], token=b"\x13" * 32)

    def pay_absurdly(self, owner: bytes, amount: int) -> str:
        return self.ledger.pay([(owner, amount)])

    def mine(self, blocks: int) -> None:
        for _ in range(blocks):
            self.ledger.commit([])


@contextmanager
def chain_lab(network: str, folder: Path) -> Iterator[Lab]:
    """Skips where the chain's node cannot be had."""
    if network == "aptos":
        ledger = aptos.Ledger()
        with served(aptos.make_app(ledger), free_port()) as url:
            yield AptosLab(ledger, f"{url}/v1")
        return
    with anvil_node(folder) as node:
        if network == "arbitrum":
            yield EvmLab(node, node.url)
            return
        stand_in = tron.SimulatedTron(node.url, key=KEY)
        with served(stand_in.app(), free_port()) as url:
            yield EvmLab(node, f"{url}/jsonrpc", TRON, {tron.KEY_HEADER: KEY})


@contextmanager
def aptos_connected(monkeypatch: pytest.MonkeyPatch) -> Iterator[aptos.Ledger]:
    """The one chain that needs nothing to be installed; nothing answers for the others."""
    ledger = aptos.Ledger()
    with served(aptos.make_app(ledger), free_port()) as url:
        chains = {network: {"urls": [NOWHERE]} for network in Network}
        chains[Network.APTOS] = AptosLab(ledger, f"{url}/v1").settings()
        monkeypatch.setenv("MARA_CHAINS", json.dumps(chains))
        yield ledger
