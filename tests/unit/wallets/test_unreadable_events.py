"""One malformed event among valid ones: it is passed with a reason, its neighbours are read."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.wallets.adapters import deposit_events
from mara.wallets.adapters.transfer_logs import TRANSFER, TransferLogs
from mara.wallets.model import (
    BlockRange,
    EventPart,
    TokenTransfer,
    UnreadableEvent,
    UnreadablePart,
    content_of,
)
from mara.wallets.model.unreadable_event import CONTENT_MAX

CONTRACT = "0x" + "01" * 20
BLOCKS = BlockRange(5, 5)
ANNA = b"\xaa" * 20
STORE = b"\xbb" * 32

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=80),
    st.sampled_from(["", "0x", "0X5", " 0x5", "0x_5", "-0x5", "1e3", "١", "\x00", "\ud800"]),
    st.integers(2**63, 2**256 - 1).map(hex),
    st.integers(2**63, 2**260).map(str),
    st.binary(min_size=1, max_size=40).map(lambda content: "0x" + content.hex()),
    st.lists(st.text(max_size=5), max_size=4),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)
"""Values that no specification gives to a part of an event, and a few that it may."""
LOG_PARTS = ("data", "logIndex", "transactionHash", "blockHash", "recipient", "topics", "itself")
EVENT_PARTS = ("amount", "store", "data", "itself")


def log(index: int) -> dict[str, Any]:
    return {
        "address": CONTRACT,
        "topics": [TRANSFER, "0x" + "00" * 32, "0x" + "00" * 12 + ANNA.hex()],
        "data": f"0x{index + 1:064x}",
        "blockNumber": "0x5",
        "blockHash": "0x05",
        "transactionHash": f"0x{index + 1:064x}",
        "logIndex": hex(index),
    }


def event(number: int) -> dict[str, Any]:
    data = {"store": "0x" + STORE.hex(), "amount": str(number + 1)}
    return {"type": deposit_events.DEPOSIT, "data": data}


def spoil(spoiled: dict[str, Any], part: str, value: Any) -> Any:
    if part == "itself":
        return value
    if part == "recipient":
        return {**spoiled, "topics": [*spoiled["topics"][:2], value]}
    if part in {"amount", "store"}:
        return {**spoiled, "data": {**spoiled["data"], part: value}}
    return {**spoiled, part: value}


def assert_is_told(passed: UnreadableEvent) -> None:
    assert passed.content.isascii()
    assert "\x00" not in passed.content
    assert len(passed.content) <= CONTENT_MAX
    assert len(passed.id) == 64


class TestLogs:
    @given(part=st.sampled_from(LOG_PARTS), value=ODD, place=st.integers(0, 2))
    def test_of_a_range_are_read_around_a_malformed_one(
        self, part: str, value: Any, place: int
    ) -> None:
        logs: list[Any] = [log(index) for index in range(3)]
        logs[place] = spoil(logs[place], part, value)
        transfers, unreadable = TransferLogs(CONTRACT).read(logs, BLOCKS)
        assert len(transfers) + len(unreadable) == 3
        for transfer in transfers:
            assert_is_sound(transfer, 20)
        neighbours = [index for index in range(3) if index != place]
        assert [i for i in neighbours if expected(i) in transfers] == neighbours
        for passed in unreadable:
            assert_is_told(passed)

    @given(part=st.sampled_from(LOG_PARTS), value=ODD, place=st.integers(0, 2))
    def test_of_a_receipt_keep_their_positions_around_a_malformed_one(
        self, part: str, value: Any, place: int
    ) -> None:
        logs: list[Any] = [log(index) for index in range(3)]
        if part != "logIndex":  # another readable index says that a log is missing
            logs[place] = spoil(logs[place], part, value)
        found = TransferLogs(CONTRACT).positions(logs)
        for position in set(range(3)) - {place}:
            assert found[position] == expected(position)


class TestEvents:
    @given(part=st.sampled_from(EVENT_PARTS), value=ODD, place=st.integers(0, 2))
    def test_of_a_transaction_are_read_around_a_malformed_one(
        self, part: str, value: Any, place: int
    ) -> None:
        events: list[Any] = [event(number) for number in range(3)]
        events[place] = spoil(events[place], part, value)
        transfers, unreadable = deposit_events.read_events(transaction(events))
        for position in set(range(3)) - {place}:
            assert transfers[position].amount_micro_usdt == position + 1
            assert transfers[position].recipient == STORE
        assert (place in transfers) + len(unreadable) <= 1
        for transfer in transfers.values():
            assert_is_sound(transfer, 32)
        for passed in unreadable:
            assert_is_told(passed)
            assert not passed.is_of_token

    @given(ODD)
    def test_that_are_no_list_are_one_unreadable_event(self, value: Any) -> None:
        transfers, unreadable = deposit_events.read_events(transaction(value))
        assert transfers == {}
        assert len(unreadable) == (len(value) if isinstance(value, list) else 1)


class TestContent:
    def test_is_json_in_ascii_with_sorted_keys(self) -> None:
        assert content_of({"b": "\x00я", "a": 1}) == '{"a": 1, "b": "\\u0000\\u044f"}'

    def test_of_what_json_lacks_is_its_text(self) -> None:
        assert content_of({1}) == '"{1}"'

    @pytest.mark.parametrize(("length", "kept"), [(997, 999), (998, 1000), (999, 1000)])
    def test_is_cut_after_a_thousand_characters(self, length: int, kept: int) -> None:
        text = content_of("x" * length)
        assert len(text) == kept
        assert text.endswith('"') == (length <= 998)


class TestParts:
    def test_have_their_names(self) -> None:
        """Stored rows have them."""
        assert [str(part) for part in EventPart] == [
            *("form", "amount", "recipient", "transaction", "block", "log_index")
        ]

    @pytest.mark.parametrize("part", EventPart)
    def test_are_named_by_their_error(self, part: EventPart) -> None:
        error = UnreadablePart(part)
        assert error.part is part
        assert str(error) == f"the event's {part} cannot be read"


class TestIdentity:
    def test_is_the_sha_256_of_the_place_or_else_of_the_content(self) -> None:
        """Stored rows have it: another one would count known events again."""
        placed = UnreadableEvent(EventPart.AMOUNT, "content", 5, "0xab", 0)
        assert placed.id == sha256(b"('0xab', 5, 0)").hexdigest()
        for event in (
            replace(placed, block_number=None),
            replace(placed, transaction=None),
            replace(placed, log_index=None),
        ):
            assert event.id == sha256(b"content").hexdigest()

    def test_is_of_our_token_unless_said_otherwise(self) -> None:
        assert UnreadableEvent(EventPart.AMOUNT, "content").is_of_token is True

    def test_is_that_of_the_place_whatever_the_reader_spells(self) -> None:
        first, second = (
            TransferLogs(CONTRACT).read([{**log(0), "data": "0x", **extra}], BLOCKS)[1][0]
            for extra in ({}, {"blockTimestamp": "0x1"})
        )
        assert first.content != second.content
        assert first.id == second.id

    def test_is_that_of_the_content_where_there_is_no_place(self) -> None:
        _, (first, second) = TransferLogs(CONTRACT).read([1, 2], BLOCKS)
        assert first.id != second.id


def transaction(events: Any) -> dict[str, Any]:
    return {
        "version": "5",
        "hash": "0x" + "77" * 32,
        "accumulator_root_hash": "0x05",
        "success": True,
        "events": events,
    }


def expected(index: int) -> TokenTransfer:
    (found,), _ = TransferLogs(CONTRACT).read([log(index)], BLOCKS)
    return found


def assert_is_sound(transfer: TokenTransfer, address_bytes: int) -> None:
    assert 0 <= transfer.amount_micro_usdt < 2**63
    assert len(transfer.recipient) == address_bytes
    assert 0 <= transfer.log_index < 2**31
    assert transfer.transaction.startswith("0x")
