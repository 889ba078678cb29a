"""Nodes that speak Ethereum's JSON-RPC and answer what nobody should believe."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from mara.wallets.adapters.evm import EvmChain
from mara.wallets.adapters.transfer_logs import TRANSFER
from mara.wallets.errors import ChainContradiction, ChainUnavailable, RangeRefused
from mara.wallets.model import BlockRange, RangeTransfers, TokenTransfer
from tests.support.json_rpc import scripted_node

ANNA = b"\xaa" * 20
CONTRACT = b"\1" * 20
KEY, HEADER = "a1b2c3d4e5f6a7b8", "f0e1d2c3b4a5"
"""As providers give them: in the path of their address, or in a header."""
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


def read(answers: list[Any]) -> list[TokenTransfer]:
    """The transfers that the adapter makes of a node's results for the blocks 0 to 9."""
    return list(read_range(answers).transfers)


def read_range(answers: list[Any]) -> RangeTransfers:
    """What the adapter makes of a node's results for the blocks 0 to 9."""

    def answer(asked: Any) -> tuple[int, Any]:
        pairs = zip(asked, answers, strict=False)
        return 200, [{"jsonrpc": "2.0", "id": one["id"], **said} for one, said in pairs]

    with scripted_node(answer) as url:
        chain = EvmChain("scripted", url, contract=CONTRACT)
        (reading,) = chain.get_transfers([BlockRange(0, 9)])
    return reading


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
            {"topics": ["0x" + "ab" * 32, *LOG["topics"][1:]]},
            {"blockNumber": "0xa"},
            {"removed": True},
        ],
    )
    def test_in_the_answer_to_another_question_is_not_believed(
        self, changed: dict[str, Any]
    ) -> None:
        with pytest.raises(ChainContradiction):
            read(listing(**changed))

    @pytest.mark.parametrize(
        ("part", "changed"),
        [
            ("form", {"topics": LOG["topics"][:2]}),
            ("form", {"topics": None}),
            ("form", {"address": None}),
            ("form", {"address": "0x12"}),
            ("amount", {"data": "0x" + "ff" * 32}),
            ("amount", {"data": hex(2**200)}),
            ("amount", {"data": "0x"}),
            ("amount", {"data": None}),
            ("amount", {"data": float("nan")}),
            ("recipient", {"topics": [*LOG["topics"][:2], "0x" + "ff" * 12 + ANNA.hex()]}),
            ("recipient", {"topics": [*LOG["topics"][:2], "0x" + ANNA.hex()]}),
            ("log_index", {"logIndex": "first"}),
            ("log_index", {"logIndex": hex(2**31)}),
            ("transaction", {"transactionHash": None}),
            ("transaction", {"transactionHash": "0x77\0"}),
            ("transaction", {"transactionHash": "0x" + "7" * 65}),
            ("transaction", {"transactionHash": "\ud800"}),
            ("block", {"blockHash": "0x05\0"}),
            ("block", {"blockNumber": None}),
            ("block", {"blockNumber": "0x" + "f" * 70}),
        ],
    )
    def test_in_one_log_is_passed_and_its_neighbours_are_read(
        self, part: str, changed: dict[str, Any]
    ) -> None:
        logs = [LOG, {**LOG, **changed}, {**LOG, "logIndex": "0x2"}]
        reading = read_range([{"result": BLOCK}, {"result": logs}, {"result": BLOCK}])
        assert [one.log_index for one in reading.transfers] == [0, 2]
        (passed,) = reading.unreadable
        assert passed.part == part
        assert passed.content.isascii()

    def test_in_a_number_that_no_library_reads_is_passed(self) -> None:
        """json.loads raises ValueError for the whole response."""
        digits = "9" * 5000

        def answer(asked: Any) -> tuple[int, Any]:
            logs = [LOG, {**LOG, "data": "DIGITS"}]
            results = [BLOCK, logs, BLOCK]
            said = [{"id": o["id"], "result": r} for o, r in zip(asked, results, strict=True)]
            return 200, json.dumps(said).replace('"DIGITS"', digits)

        with scripted_node(answer) as url:
            chain = EvmChain("scripted", url, contract=CONTRACT)
            (reading,) = chain.get_transfers([BlockRange(0, 9)])
        assert len(reading.transfers) == len(reading.unreadable) == 1

    @pytest.mark.parametrize(
        "answers",
        [
            [],
            listing()[:2],
            [{"result": 7}, *listing()[1:]],
            [*listing()[:2], {"result": {**BLOCK, "number": "0x8"}}],
        ],
    )
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

    def test_of_too_much_at_once_where_no_logs_were_asked_for_is_an_outage(self) -> None:
        """So that another provider is asked, and not this one for less."""

        def answer(asked: Any) -> tuple[int, Any]:
            error = {"code": -32000, "message": "block is out of range"}
            return 200, [{"jsonrpc": "2.0", "id": one["id"], "error": error} for one in asked]

        with scripted_node(answer) as url:
            chain = EvmChain("scripted", url, contract=CONTRACT)
            with pytest.raises(ChainUnavailable) as raised:
                chain.get_balances(ANNA)
        assert type(raised.value) is ChainUnavailable

    @pytest.mark.parametrize("held", ["-0x5", "0x", None, 5, "0x" + "zz" * 32])
    def test_in_a_balance_is_not_believed(self, held: object) -> None:
        def answer(asked: Any) -> tuple[int, Any]:
            said = {"eth_getBlockByNumber": BLOCK, "eth_call": held, "eth_getBalance": "0x0"}
            return 200, [{"id": one["id"], "result": said[one["method"]]} for one in asked]

        with scripted_node(answer) as url:
            chain = EvmChain("scripted", url, contract=CONTRACT)
            with pytest.raises(ChainContradiction):
                chain.get_balances(ANNA)

    @pytest.mark.parametrize(
        ("status", "body"),
        [(502, "<html>"), (429, "{}"), (200, "<html>"), (200, {"error": 7}), (200, "[" * 100_000)],
        ids=["502", "429", "no JSON", "an error", "too deep"],
    )
    def test_of_any_other_kind_is_an_outage(self, status: int, body: object) -> None:
        with scripted_node(lambda _: (status, body)) as url:
            chain = EvmChain("scripted", url, contract=CONTRACT)
            with pytest.raises(ChainUnavailable):
                chain.get_head(())

    @pytest.mark.parametrize("also", [{"result": None}, {"result": []}, {}])
    def test_that_failed_is_not_taken_for_one_that_found_nothing(
        self, also: dict[str, Any]
    ) -> None:
        failed = {"error": {"code": -32000, "message": "header not found"}, **also}
        with pytest.raises(ChainUnavailable, match="header not found"):
            read([listing()[0], failed, listing()[2]])

    @pytest.mark.parametrize("indexes", [(7, 9), (7, 7), (8, 7)])
    def test_in_the_logs_of_a_receipt_is_not_believed(self, indexes: tuple[int, int]) -> None:
        """One that is left out would move the others, and a position names a deposit for ever."""
        receipt = {
            "blockNumber": "0x5",
            "blockHash": "0x05",
            "status": "0x1",
            "logs": [{**LOG, "logIndex": hex(index)} for index in indexes],
        }

        def answer(asked: Any) -> tuple[int, Any]:
            return 200, [{"id": one["id"], "result": receipt} for one in asked]

        with scripted_node(answer) as url, pytest.raises(ChainContradiction):
            EvmChain("scripted", url, contract=CONTRACT).get_receipts(["0x77"])

    def test_without_ids_is_not_believed_to_be_in_order(self) -> None:
        def answer(asked: Any) -> tuple[int, Any]:
            said = [{"jsonrpc": "2.0", "id": one["id"], "result": None} for one in asked]
            del said[0]["id"]
            return 200, said

        with (
            scripted_node(answer) as url,
            pytest.warns(RuntimeWarning, match="missing `id`"),
            pytest.raises(ChainContradiction),
        ):
            EvmChain("scripted", url, contract=CONTRACT).get_receipts(["0x1", "0x2"])

    @pytest.mark.parametrize("spelling", [str, lambda _: 1])
    def test_with_ids_that_nobody_asked_for_is_not_believed(
        self, spelling: Callable[[int], object]
    ) -> None:
        def answer(asked: Any) -> tuple[int, Any]:
            return 200, [{"id": spelling(one["id"]), "result": None} for one in asked]

        with scripted_node(answer) as url, pytest.raises(ChainUnavailable):
            EvmChain("scripted", url, contract=CONTRACT).get_receipts(["0x1", "0x2"])


def test_a_node_that_takes_small_batches_is_asked_in_such() -> None:
    """Whoever sends dust to our users by the thousand may not stop the scan."""

    def answer(asked: Any) -> tuple[int, Any]:
        if len(asked) > 100:
            return 200, {"id": None, "error": {"code": -32005, "message": "batch too large"}}
        return 200, [{"jsonrpc": "2.0", "id": one["id"], "result": None} for one in asked]

    names = [f"0x{number:064x}" for number in range(2500)]
    with scripted_node(answer) as url:
        receipts = EvmChain("scripted", url, contract=CONTRACT).get_receipts(names)
    assert receipts == dict.fromkeys(names)


def test_a_node_that_repeats_the_key_it_was_given_tells_nobody_else() -> None:
    def refuse(_: Any) -> tuple[int, Any]:
        return 200, {"error": {"message": f"key {KEY} or {KEY.upper()} of {HEADER} is not active"}}

    with scripted_node(refuse) as url:
        chain = EvmChain(
            "scripted", f"{url}/v2/{KEY}", contract=CONTRACT, headers={"X-Key": HEADER}
        )
        with pytest.raises(ChainUnavailable, match="is not active") as raised:
            chain.get_head(())
    told = raised.value.detail.lower()
    assert KEY not in told
    assert HEADER not in told


def test_no_log_holds_the_address_of_a_node(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with scripted_node(lambda _: (502, "")) as url:
        chain = EvmChain("scripted", f"{url}/v2/{KEY}", contract=CONTRACT)
        with pytest.raises(ChainUnavailable):
            chain.get_head(())
    assert KEY not in caplog.text
