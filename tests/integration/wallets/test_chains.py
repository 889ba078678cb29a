"""The contract of the port ``Chain``: the real adapters, and the simulated chain of fast tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from infra.local.simulators import aptos, tron
from infra.local.simulators.serving import served
from mara.wallets.adapters.aptos import AptosChain
from mara.wallets.adapters.evm import TRON, EvmChain
from mara.wallets.errors import ChainContradiction, ChainUnavailable, RangeRefused
from mara.wallets.model import BlockRange, Token, TokenTransfer
from tests.support.anvil import SLOTS, anvil_node
from tests.support.chain_labs import KEY, ChainLab, SimulatedLab, chain_lab
from tests.support.ports import free_port

if TYPE_CHECKING:
    from mara.wallets.ports import Chain

FIVE = 5_000_000


@pytest.fixture(scope="module", params=["simulated", "arbitrum", "tron", "aptos"])
def lab(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChainLab]:
    if request.param == "simulated":
        yield SimulatedLab()
        return
    with chain_lab(request.param, tmp_path_factory.mktemp("lab")) as started:
        yield started


def listed(lab: ChainLab) -> list[TokenTransfer]:
    chain = lab.chain()
    (reading,) = chain.get_transfers([BlockRange(0, chain.get_head(()).latest.number)])
    return list(reading.transfers)


class TestLook:
    def test_tells_the_hashes_asked_for_and_where_there_are_none(self, lab: ChainLab) -> None:
        look = lab.chain().get_head([0, 10**6])
        assert look.hashes[0] is not None
        assert look.hashes[10**6] is None

    def test_tells_what_is_final(self, lab: ChainLab) -> None:
        lab.mine(3 * SLOTS)
        look = lab.chain().get_head(())
        assert 0 < look.final <= look.safe <= look.latest.number
        lab.mine(1)
        assert lab.chain().get_head(()).final == look.final + 1


class TestRead:
    def test_lists_each_transfer_with_its_block(self, lab: ChainLab) -> None:
        anna = lab.owner(0xA1)
        name = lab.pay([(anna, FIVE)])
        (transfer,) = [t for t in listed(lab) if t.recipient == lab.recipient_of(anna)]
        assert (transfer.transaction, transfer.amount_micro_usdt) == (name, FIVE)
        number = transfer.block.number
        assert lab.chain().get_head([number]).hashes == {number: transfer.block.hash}

    def test_lists_nothing_of_another_token_as_ours(self, lab: ChainLab) -> None:
        boris = lab.owner(0xB1)
        lab.pay_in_another_token(boris, FIVE)
        assert [t for t in listed(lab) if t.recipient == lab.recipient_of(boris)] == []

    def test_of_contiguous_ranges_lists_what_one_lists(self, lab: ChainLab) -> None:
        for number in range(5):
            lab.pay([(lab.owner(0xC0 + number), FIVE)])
        chain = lab.chain()
        latest = chain.get_head(()).latest
        (whole,) = chain.get_transfers([BlockRange(0, latest.number)])
        parts = chain.get_transfers(BlockRange(0, latest.number).split(3))
        assert [t for part in parts for t in part.transfers] == whole.transfers
        assert parts[-1].last_hash == whole.last_hash == latest.hash

    def test_of_blocks_that_are_not_there_yet_has_no_last_one(self, lab: ChainLab) -> None:
        chain = lab.chain()
        latest = chain.get_head(()).latest.number
        try:
            (reading,) = chain.get_transfers([BlockRange(latest, latest + 5)])
        except ChainUnavailable:
            return  # an honest answer too
        assert reading.last_hash is None

    def test_reaches_past_a_page(self, lab: ChainLab) -> None:
        first = lab.chain().get_head(()).latest.number + 1
        lab.mine(250)
        diana = lab.owner(0xD1)
        lab.pay([(diana, FIVE)])
        chain = lab.chain()
        latest = chain.get_head(()).latest.number
        (reading,) = chain.get_transfers([BlockRange(first, latest)])
        assert [t.recipient for t in reading.transfers][-1] == lab.recipient_of(diana)


class TestReceipts:
    def test_place_transfers_by_what_else_the_transaction_logged(self, lab: ChainLab) -> None:
        anna, boris = lab.owner(0xE1), lab.owner(0xE2)
        name = lab.pay([(anna, 1), (boris, 2), (anna, 3)])
        receipt = lab.chain().get_receipts([name])[name]
        assert receipt is not None
        assert receipt.succeeded
        assert {
            at: (paid.recipient, paid.amount_micro_usdt) for at, paid in receipt.transfers.items()
        } == {
            1: (lab.recipient_of(anna), 1),
            3: (lab.recipient_of(boris), 2),
            5: (lab.recipient_of(anna), 3),
        }
        assert [t for t in listed(lab) if t.transaction == name] == [*receipt.transfers.values()]

    def test_of_what_no_block_holds_are_none(self, lab: ChainLab) -> None:
        name = "0x" + "77" * 32
        assert lab.chain().get_receipts([name]) == {name: None}


class TestToken:
    def test_says_what_it_is(self, lab: ChainLab) -> None:
        assert lab.chain().get_token() == Token("USDT", 6)

    def test_where_there_is_none_is_refused(self, lab: ChainLab) -> None:
        with pytest.raises(ChainUnavailable):
            lab.chain(of_another_token=True).get_token()


class TestBalances:
    def test_are_those_of_a_named_block(self, lab: ChainLab) -> None:
        frida = lab.owner(0xF1)
        lab.pay([(frida, FIVE)])
        lab.pay([(frida, 1)])
        chain = lab.chain()
        held = chain.get_balances(frida)
        assert held.token_micro_usdt == FIVE + 1
        assert held.native == 0
        assert held.block == chain.get_head(()).latest


@pytest.mark.parametrize("kind", ["evm", "aptos"])
def test_a_node_that_is_down_is_an_error_that_holds_nothing_of_its_address(kind: str) -> None:
    url = f"http://127.0.0.1:{free_port()}/{KEY}"
    chains: dict[str, Chain] = {
        "evm": EvmChain("first", url, contract=b"\1" * 20),
        "aptos": AptosChain("first", url, token=b"\1" * 32),
    }
    with pytest.raises(ChainUnavailable) as raised:
        chains[kind].get_head(())
    assert KEY not in f"{raised.value} {raised.value.detail} {raised.value.__cause__}"
    assert raised.value.__suppress_context__


class TestTron:
    @pytest.fixture
    def stand_in(self, tmp_path: Path) -> Iterator[tuple[tron.SimulatedTron, EvmChain]]:
        with anvil_node(tmp_path) as node:
            simulated = tron.SimulatedTron(node.url, blocks_max=20)
            node.mine(30)
            with served(simulated.app(), free_port()) as url:
                yield (
                    simulated,
                    EvmChain("tron", f"{url}/jsonrpc", contract=b"\1" * 20, dialect=TRON),
                )

    def test_that_lists_too_many_blocks_is_asked_for_fewer(
        self, stand_in: tuple[tron.SimulatedTron, EvmChain]
    ) -> None:
        _, chain = stand_in
        chain.get_transfers([BlockRange(1, 20)])
        with pytest.raises(RangeRefused):
            chain.get_transfers([BlockRange(1, 21)])

    def test_over_its_rate_is_an_outage(
        self, stand_in: tuple[tron.SimulatedTron, EvmChain]
    ) -> None:
        simulated, chain = stand_in
        simulated.requests_left = 1
        chain.get_head(())
        with pytest.raises(ChainUnavailable):
            chain.get_head(())


class TestAptos:
    @pytest.fixture
    def ledger(self) -> Iterator[tuple[aptos.Ledger, AptosChain]]:
        ledger = aptos.Ledger()
        with served(aptos.make_app(ledger), free_port()) as url:
            yield ledger, AptosChain("aptos", f"{url}/v1", token=aptos.USDT)

    def test_counts_nothing_of_a_transaction_that_failed(
        self, ledger: tuple[aptos.Ledger, AptosChain]
    ) -> None:
        simulated, chain = ledger
        name = simulated.pay([(b"\1" * 32, FIVE)], succeeds=False)
        (reading,) = chain.get_transfers([BlockRange(0, simulated.version)])
        assert reading.transfers == []
        receipt = chain.get_receipts([name])[name]
        assert receipt is not None
        assert not receipt.succeeded

    def test_that_was_pruned_is_an_error_and_never_empty(
        self, ledger: tuple[aptos.Ledger, AptosChain]
    ) -> None:
        simulated, chain = ledger
        for _ in range(9):
            simulated.commit([])
        simulated.pruned_below = 5
        with pytest.raises(ChainUnavailable, match="version_pruned"):
            chain.get_transfers([BlockRange(0, 9)])

    def test_with_a_hole_in_its_versions_is_not_believed(
        self, ledger: tuple[aptos.Ledger, AptosChain]
    ) -> None:
        simulated, chain = ledger
        for _ in range(9):
            simulated.commit([])
        del simulated.transactions[4]
        with pytest.raises(ChainContradiction):
            chain.get_transfers([BlockRange(0, 8)])

    def test_that_spells_a_hash_in_another_way_names_the_same_deposit(
        self, ledger: tuple[aptos.Ledger, AptosChain]
    ) -> None:
        simulated, chain = ledger
        name = simulated.pay([(b"\1" * 32, FIVE)])
        simulated.transactions[-1]["hash"] = "0x" + name[2:].upper()
        (reading,) = chain.get_transfers([BlockRange(0, simulated.version)])
        assert [transfer.transaction for transfer in reading.transfers] == [name]

    @pytest.mark.parametrize("name", ["0x77\0", "0x" + "7" * 65, "77"])
    def test_that_names_a_transaction_by_no_hash_is_not_believed(
        self, ledger: tuple[aptos.Ledger, AptosChain], name: str
    ) -> None:
        simulated, chain = ledger
        simulated.pay([(b"\1" * 32, FIVE)])
        simulated.transactions[-1]["hash"] = name
        with pytest.raises(ChainContradiction):
            chain.get_transfers([BlockRange(0, simulated.version)])

    def test_is_not_asked_again_for_each_transaction_that_it_listed(self) -> None:
        """Whoever sends dust to our users by the thousand may not stop the scan."""
        ledger = CountingLedger()
        names = {ledger.pay([(b"\1" * 32, FIVE)]) for _ in range(20)}
        with served(aptos.make_app(ledger), free_port()) as url:
            chain = AptosChain("aptos", f"{url}/v1", token=aptos.USDT)
            (reading,) = chain.get_transfers([BlockRange(0, ledger.version)])
            receipts = chain.get_receipts(names)
        listed = {t for receipt in receipts.values() if receipt for t in receipt.transfers.values()}
        assert listed == set(reading.transfers)
        assert ledger.asked_by_hash == 0

    def test_of_an_answer_that_is_nested_too_deep_is_an_outage(self) -> None:
        deep = Route("/{path:path}", lambda _: PlainTextResponse("[" * 100_000))
        with served(Starlette(routes=[deep]), free_port()) as url:
            chain = AptosChain("aptos", f"{url}/v1", token=aptos.USDT)
            with pytest.raises(ChainUnavailable):
                chain.get_head(())


class CountingLedger(aptos.Ledger):
    asked_by_hash = 0

    def by_hash(self, name: str) -> dict[str, Any]:
        self.asked_by_hash += 1
        return super().by_hash(name)
