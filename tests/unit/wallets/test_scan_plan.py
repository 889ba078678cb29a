"""The plan of a scan step: its ranges, and the answers of a provider that contradict it."""

from uuid import UUID

import pytest

from mara.wallets.errors import ChainContradiction
from mara.wallets.model import (
    BlockRange,
    BlockRef,
    ChainHead,
    RangeTransfers,
    TokenTransfer,
    UnfinalizedRange,
)
from mara.wallets.service.scan_plan import ScanPlan, validate_finalized, validate_head
from mara.wallets.service.settlement import MatchedTransfer
from tests.support.chains import SimulatedChain, SimulatedProvider

READER = SimulatedProvider(SimulatedChain(), "reader")
FINALIZING = (UnfinalizedRange(11, 13, "0xd", "first"), UnfinalizedRange(14, 15, "0xf", "second"))


def matched(number: int, reader: str) -> MatchedTransfer:
    transfer = TokenTransfer("0x1", BlockRef(number, "0x2"), 0, b"\x01" * 20, 5)
    return MatchedTransfer(transfer, 0, UUID(int=1), reader)


class TestRanges:
    def test_are_the_head_and_the_finalized_blocks_in_parts(self) -> None:
        plan = ScanPlan(BlockRange(16, 20), FINALIZING)
        assert plan.finalized == BlockRange(11, 15)
        assert plan.ranges(3) == [BlockRange(16, 20), BlockRange(11, 13), BlockRange(14, 15)]
        assert ScanPlan(None, FINALIZING).ranges(5) == [BlockRange(11, 15)]
        assert ScanPlan(BlockRange(16, 20), ()).ranges(5) == [BlockRange(16, 20)]
        assert ScanPlan(None, ()).ranges(5) == []

    @pytest.mark.parametrize(
        ("reader", "blocks"),
        [("first", [14, 15]), ("second", [11, 12, 13]), ("third", [11, 12, 13, 14, 15])],
    )
    def test_were_read_by_another_provider_before(self, reader: str, blocks: list[int]) -> None:
        plan = ScanPlan(None, FINALIZING)
        found = [number for number in range(9, 18) if plan.read_by_another(matched(number, reader))]
        assert found == blocks


class TestHead:
    SEEN = ChainHead(BlockRef(20, "0x14"), safe=15, final=10, hashes={})

    def read(self, last: int, last_hash: str | None) -> RangeTransfers:
        return RangeTransfers(BlockRange(16, last), last_hash, 10, [])

    def validate(self, last: int, last_hash: str | None) -> None:
        validate_head(BlockRange(16, last), self.SEEN, self.read(last, last_hash), READER)

    def test_is_the_block_that_was_seen(self) -> None:
        self.validate(20, "0x14")

    def test_before_the_latest_block_has_any_hash(self) -> None:
        self.validate(19, "0x99")

    @pytest.mark.parametrize(
        ("last", "last_hash", "message"),
        [
            (20, None, "no block 20 yet"),
            (19, None, "no block 19"),
            (20, "0x99", "another block 20"),
        ],
    )
    def test_is_rejected_if_the_reader_has_another_block_or_none(
        self, last: int, last_hash: str | None, message: str
    ) -> None:
        with pytest.raises(ChainContradiction, match=message):
            self.validate(last, last_hash)


class TestFinalized:
    def validate(self, last_hash: str | None, final: int) -> None:
        read = RangeTransfers(BlockRange(14, 15), last_hash, final, [])
        validate_finalized(FINALIZING[-1], read, READER)

    @pytest.mark.parametrize("final", [15, 16])
    def test_has_the_known_hash_and_is_final(self, final: int) -> None:
        self.validate("0xf", final)

    @pytest.mark.parametrize(
        ("last_hash", "final", "message"),
        [("0xe", 15, "another block 15"), (None, 15, "another block"), ("0xf", 14, "not final")],
    )
    def test_is_rejected_otherwise(self, last_hash: str | None, final: int, message: str) -> None:
        with pytest.raises(ChainContradiction, match=message):
            self.validate(last_hash, final)
