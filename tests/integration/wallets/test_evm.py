"""The EVM adapter against a real node with a real token."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from infra.local.chains.evm_node import EvmNode
from mara.wallets.adapters.evm import TRANSFER, TRON, EvmChain
from mara.wallets.errors import ChainContradiction, ChainUnavailable, RangeRefused
from mara.wallets.model import BlockRange, Token, Transfer
from tests.support.anvil import SLOTS, anvil_node
from tests.support.json_rpc import scripted_node
from tests.support.ports import free_port

ANNA, BORIS = (bytes([n]) * 20 for n in (0xAA, 0xBB))
FIVE = 5_000_000


@dataclass
class Lab:
    node: EvmNode
    contract: str

    @property
    def chain(self) -> EvmChain:
        return self.at(self.contract)

    def at(self, contract: str) -> EvmChain:
        return EvmChain("anvil", self.node.url, contract=bytes.fromhex(contract[2:]))

    def pay(self, recipient: bytes, amount: int) -> str:
        return self.node.mint(self.contract, hexed(recipient), amount)

    def listed(self) -> list[Transfer]:
        (reading,) = self.chain.read([BlockRange(0, self.chain.look(()).latest.number)])
        return list(reading.transfers)


def hexed(address: bytes) -> str:
    return "0x" + address.hex()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvmNode]:
    with anvil_node(tmp_path_factory.mktemp("anvil")) as started:
        yield started


@pytest.fixture
def lab(node: EvmNode) -> Lab:
    return Lab(node, node.deploy())


class TestLook:
    def test_tells_the_tags_and_the_hashes_asked_for(self, lab: Lab) -> None:
        lab.node.mine(10)
        look = lab.chain.look([0, 10**6])
        assert look.safe == look.latest.number - SLOTS
        assert look.final == look.latest.number - 2 * SLOTS
        assert look.hashes[0] is not None
        assert look.hashes[10**6] is None

    def test_shows_another_hash_after_a_reorganisation(self, lab: Lab) -> None:
        lab.node.mine(3)
        before = lab.chain.look(()).latest
        lab.node.reorganise(1)
        assert lab.chain.look([before.number]).hashes[before.number] != before.hash


class TestRead:
    def test_lists_the_transfers_of_our_token_alone(self, lab: Lab) -> None:
        lab.node.mint(lab.node.deploy(), hexed(ANNA), FIVE)
        name = lab.pay(ANNA, FIVE)
        (transfer,) = lab.listed()
        assert transfer.transaction == name
        assert (transfer.recipient, transfer.amount_micro_usdt) == (ANNA, FIVE)

    def test_tells_the_hash_of_the_last_block_or_that_there_is_none(self, lab: Lab) -> None:
        latest = lab.chain.look(()).latest
        (reading,) = lab.chain.read([BlockRange(0, latest.number)])
        assert reading.last_hash == latest.hash

    def test_places_transfers_by_what_else_the_transaction_logged(self, lab: Lab) -> None:
        payments = [(hexed(ANNA), 1), (hexed(BORIS), 2), (hexed(ANNA), 3)]
        name = lab.node.pay_many(lab.contract, payments)
        receipt = lab.chain.receipts([name])[name]
        assert receipt is not None
        assert receipt.succeeded
        found = {
            at: (paid.recipient, paid.amount_micro_usdt) for at, paid in receipt.transfers.items()
        }
        assert found == {1: (ANNA, 1), 3: (BORIS, 2), 5: (ANNA, 3)}
        assert [t for t in lab.listed() if t.transaction == name] == [*receipt.transfers.values()]

    def test_knows_no_receipt_of_what_no_block_holds(self, lab: Lab) -> None:
        name = "0x" + "77" * 32
        assert lab.chain.receipts([name]) == {name: None}


class TestToken:
    def test_says_what_it_is(self, lab: Lab) -> None:
        assert lab.chain.token() == Token("USDT", 6)

    def test_where_there_is_none_is_refused(self, lab: Lab) -> None:
        with pytest.raises(ChainContradiction):
            lab.at("0x" + "12" * 20).token()


class TestBalances:
    @pytest.mark.parametrize("dialect", ["arbitrum", "tron"])
    def test_are_those_of_a_named_block(self, lab: Lab, dialect: str) -> None:
        lab.pay(BORIS, FIVE)
        chain = lab.chain
        if dialect == "tron":
            contract = bytes.fromhex(lab.contract[2:])
            chain = EvmChain("anvil", lab.node.url, contract=contract, dialect=TRON)
        held = chain.balances(BORIS)
        assert held.token_micro_usdt == FIVE
        assert held.native == 0
        assert held.block == chain.look(()).latest


class TestANodeThatIsDown:
    def test_is_an_error_that_holds_nothing_of_its_address(self) -> None:
        key = "k-4711-secret"
        chain = EvmChain("first", f"http://127.0.0.1:{free_port()}/{key}", contract=b"\1" * 20)
        with pytest.raises(ChainUnavailable) as raised:
            chain.look(())
        assert key not in f"{raised.value} {raised.value.detail} {raised.value.__cause__}"
        assert raised.value.__suppress_context__


CONTRACT = b"\1" * 20
LOG: dict[str, Any] = {
    "address": "0x" + CONTRACT.hex(),
    "topics": [TRANSFER, "0x" + "00" * 32, "0x" + "00" * 12 + ANNA.hex()],
    "data": "0x" + "05".rjust(64, "0"),
    "blockNumber": "0x5",
    "blockHash": "0x05",
    "transactionHash": "0x77",
    "logIndex": "0x0",
}
BLOCK = {"number": "0x9", "hash": "0x09"}


def read(answers: list[Any]) -> list[Transfer]:
    """What the adapter makes of a node's results for the blocks 0 to 9."""

    def answer(asked: Any) -> tuple[int, Any]:
        pairs = zip(asked, answers, strict=False)
        return 200, [{"jsonrpc": "2.0", "id": one["id"], **said} for one, said in pairs]

    with scripted_node(answer) as url:
        chain = EvmChain("scripted", url, contract=CONTRACT)
        (reading,) = chain.read([BlockRange(0, 9)])
    return list(reading.transfers)


def listing(**changed: Any) -> list[Any]:
    return [{"result": BLOCK}, {"result": [{**LOG, **changed}]}, {"result": BLOCK}]


class TestANodeThatTalksNonsense:
    def test_is_told_from_one_that_does_not(self) -> None:
        (transfer,) = read(listing())
        assert (transfer.recipient, transfer.amount_micro_usdt) == (ANNA, 5)

    @pytest.mark.parametrize(
        "changed",
        [
            {"address": "0x" + "02" * 20},
            {"topics": LOG["topics"][:2]},
            {"topics": ["0x" + "ab" * 32, *LOG["topics"][1:]]},
            {"data": "0x" + "ff" * 32},
            {"data": "0x"},
            {"data": None},
            {"blockNumber": "0xa"},
            {"removed": True},
            {"logIndex": "first"},
            {"transactionHash": None},
        ],
    )
    def test_in_a_log_is_not_believed(self, changed: dict[str, Any]) -> None:
        with pytest.raises(ChainContradiction):
            read(listing(**changed))

    @pytest.mark.parametrize("answers", [[], listing()[:2], [{"result": 7}, *listing()[1:]]])
    def test_in_a_batch_is_not_believed(self, answers: list[Any]) -> None:
        with pytest.raises(ChainContradiction):
            read(answers)

    @pytest.mark.parametrize(
        ("message", "refused"),
        [
            ("exceed max block range: 5000", True),
            ("query returned more than 10000 results", True),
            ("Log response size exceeded", True),
            ("eth_getLogs is limited to a 10,000 range", True),
            ("rate limit exceeded: 25 requests per second", False),
            ("header not found", False),
        ],
    )
    def test_of_too_much_at_once_asks_for_smaller_ranges(
        self, message: str, *, refused: bool
    ) -> None:
        answers = [listing()[0], {"error": {"code": -32000, "message": message}}, listing()[2]]
        with pytest.raises(ChainUnavailable) as raised:
            read(answers)
        assert isinstance(raised.value, RangeRefused) is refused

    @pytest.mark.parametrize(
        ("status", "body"), [(502, "<html>"), (429, "{}"), (200, "<html>"), (200, {"error": 7})]
    )
    def test_of_any_other_kind_is_an_outage(self, status: int, body: object) -> None:
        with scripted_node(lambda _: (status, body)) as url:
            chain = EvmChain("scripted", url, contract=CONTRACT)
            with pytest.raises(ChainUnavailable):
                chain.look(())
