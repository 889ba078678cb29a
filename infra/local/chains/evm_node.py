"""Operations on a development chain: deploy and mint the test USDT, mine, and reorganize."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from mara.platform.recursion import recursion_limit_kept

with recursion_limit_kept():
    from web3 import HTTPProvider, Web3
    from web3.types import RPCEndpoint, TxReceipt

CONTRACT = Path(__file__).with_name("test_usdt.json")
TIMEOUT_S = 10.0


class EvmNode:
    """An anvil node; its first account sends all transactions."""

    def __init__(self, url: str) -> None:
        """``url`` is the JSON-RPC endpoint; nothing is sent yet."""
        self.url = url
        self._web3 = Web3(HTTPProvider(url, request_kwargs={"timeout": TIMEOUT_S}))
        compiled = json.loads(CONTRACT.read_text("utf-8"))
        self._abi, self._bytecode = compiled["abi"], compiled["bytecode"]

    def answers(self) -> bool:
        """Whether the node answers requests."""
        return bool(self._web3.is_connected())

    def deploy(self) -> str:
        """Deploy a new test USDT contract; its address."""
        made = self._web3.eth.contract(abi=self._abi, bytecode=self._bytecode)
        return str(self._sent(made.constructor())["contractAddress"])

    def is_deployed(self, contract: str) -> bool:
        """Whether there is code at the address."""
        return len(self._web3.eth.get_code(Web3.to_checksum_address(contract))) > 0

    def mint(self, contract: str, recipient: str, amount_micro_usdt: int) -> str:
        """Mint test USDT; the transaction's hash."""
        to = Web3.to_checksum_address(recipient)
        return _name(self._sent(self._at(contract).functions.mint(to, amount_micro_usdt)))

    def pay_many(self, contract: str, payments: Sequence[tuple[str, int]]) -> str:
        """Several transfers in one transaction, each after an unrelated log; the hash."""
        bank = self._web3.eth.accounts[0]
        self.mint(contract, bank, sum(amount for _, amount in payments))
        to = [Web3.to_checksum_address(recipient) for recipient, _ in payments]
        amounts = [amount for _, amount in payments]
        return _name(self._sent(self._at(contract).functions.transferMany(to, amounts)))

    def number(self, tag: Literal["latest", "safe", "finalized"] = "latest") -> int:
        """The number of the block with this tag."""
        return int(self._web3.eth.get_block(tag)["number"])

    def mine(self, blocks: int) -> None:
        """Mine empty blocks."""
        self._do("anvil_mine", [hex(blocks)])

    def finalise(self) -> int:
        """Mine until the current latest block is final; the number of the finalized block."""
        latest = self.number()
        while (final := self.number("finalized")) < latest:
            self.mine(latest - final)
        return final

    def reorganise(self, depth: int) -> None:
        """Replace the last ``depth`` blocks by empty ones."""
        self._do("anvil_reorg", [depth, []])

    def _at(self, contract: str) -> Any:
        return self._web3.eth.contract(address=Web3.to_checksum_address(contract), abi=self._abi)

    def _sent(self, call: Any) -> TxReceipt:
        """Send a transaction; its receipt. Raises RuntimeError if it failed."""
        transaction = call.transact({"from": self._web3.eth.accounts[0]})
        receipt = self._web3.eth.wait_for_transaction_receipt(transaction, timeout=TIMEOUT_S)
        if receipt["status"] != 1:
            raise RuntimeError(f"The transaction {transaction.to_0x_hex()} failed.")
        return receipt

    def _do(self, method: str, parameters: list[Any]) -> None:
        answer = self._web3.provider.make_request(RPCEndpoint(method), parameters)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")


def _name(receipt: TxReceipt) -> str:
    return receipt["transactionHash"].to_0x_hex()
