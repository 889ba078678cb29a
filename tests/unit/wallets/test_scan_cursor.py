"""The scan cursor: contiguous ranges, what to read next, and what may be finalized."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.wallets.model import (
    BlockRange,
    BlockRef,
    Network,
    ScanCursor,
    UnfinalizedRange,
    provider_name,
)
from mara.wallets.service.scan_plan import grow_range


def cursor(*ranges: tuple[int, int], finalized: int = 10, size: int = 5) -> ScanCursor:
    parts = [UnfinalizedRange(first, last, f"0x{last:x}", "first") for first, last in ranges]
    return ScanCursor(Network.ARBITRUM, BlockRef(finalized, "0xa"), parts, size)


class TestRanges:
    @pytest.mark.parametrize("ranges", [[(12, 13)], [(10, 12)], [(11, 10)], [(11, 12), (14, 15)]])
    def test_must_follow_each_other(self, ranges: list[tuple[int, int]]) -> None:
        with pytest.raises(ValueError, match="contiguous"):
            cursor(*ranges)

    def test_end_at_the_head(self) -> None:
        assert cursor().head == BlockRef(10, "0xa")
        assert cursor((11, 12), (13, 20)).head == BlockRef(20, "0x14")
        assert cursor((11, 12), (13, 20), (21, 22)).head == BlockRef(22, "0x16")

    def test_may_be_of_one_block(self) -> None:
        assert cursor((11, 11), (12, 12)).head == BlockRef(12, "0xc")

    @given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 60))
    def test_are_split_without_gap_or_overlap(self, first: int, length: int, size: int) -> None:
        parts = BlockRange(first, first + length).split(size)
        numbers = [n for part in parts for n in range(part.first, part.last + 1)]
        assert numbers == list(range(first, first + length + 1))
        assert all(part.last - part.first < size for part in parts)

    @pytest.mark.parametrize(("first", "last"), [(-1, 3), (4, 3)])
    def test_have_a_first_block_and_do_not_end_before_it(self, first: int, last: int) -> None:
        with pytest.raises(ValueError, match="first <= last"):
            BlockRange(first, last)


class TestNextRange:
    @pytest.mark.parametrize(
        ("latest", "final", "expected"),
        [
            (10, 10, None),
            (9, 9, None),
            (11, 10, (11, 11)),
            (30, 10, (11, 15)),
            (30, 13, (11, 13)),
            (30, 11, (11, 11)),
            (30, 30, (11, 15)),
        ],
    )
    def test_is_limited_by_the_size_and_by_the_final_block(
        self, latest: int, final: int, expected: tuple[int, int] | None
    ) -> None:
        found = cursor().next_range(latest, final)
        assert found == (BlockRange(*expected) if expected else None)

    def test_follows_the_head(self) -> None:
        assert cursor((11, 14)).next_range(30, 10) == BlockRange(15, 19)


class TestFinalizable:
    RANGES = ((11, 13), (14, 15), (16, 18))

    @pytest.mark.parametrize(("final", "count"), [(10, 0), (12, 0), (13, 1), (15, 2), (99, 2)])
    def test_are_final_ranges_up_to_the_size(self, final: int, count: int) -> None:
        assert len(cursor(*self.RANGES).finalizable(final)) == count

    def test_has_a_first_range_of_any_length(self) -> None:
        assert len(cursor((11, 30)).finalizable(30)) == 1


class TestChanges:
    def test_begin_with_the_first_revision(self) -> None:
        assert cursor().revision == 0

    def test_finalizing_moves_the_finalized_block(self) -> None:
        before = cursor((11, 13), (14, 15))
        after = before.finalized_by(before.finalizable(13))
        assert after.finalized == BlockRef(13, "0xd")
        assert list(after.unfinalized) == list(before.unfinalized[1:])

    def test_extending_needs_the_next_block(self) -> None:
        after = cursor((11, 13)).extended(UnfinalizedRange(14, 16, "0x10", "second"))
        assert after.head == BlockRef(16, "0x10")
        with pytest.raises(ValueError, match="contiguous"):
            cursor((11, 13)).extended(UnfinalizedRange(15, 16, "0x10", "second"))

    def test_rewinding_keeps_the_oldest_ranges(self) -> None:
        assert cursor((11, 13), (14, 15)).rewound(1) == cursor((11, 13))
        assert cursor((11, 13), (14, 15)).rewound(0) == cursor()

    @pytest.mark.parametrize(("size", "grown"), [(1, 2), (4, 6), (40, 50), (50, 50)])
    def test_growing_is_by_a_quarter_up_to_the_limit(self, size: int, grown: int) -> None:
        assert grow_range(cursor(size=size), 50).blocks_per_scan == min(50, grown)


class TestProviderName:
    @pytest.mark.parametrize(
        "same",
        [
            "https://RPC.example.com/other-key",
            "https://user:secret@rpc.example.com/?k=v",
            "http://rpc.example.com",
        ],
    )
    def test_is_the_same_for_one_host(self, same: str) -> None:
        known = provider_name(Network.TRON, "https://rpc.example.com/key")
        assert provider_name(Network.TRON, same) == known
        assert known.startswith("tron-")
        assert "example" not in known

    def test_never_changes_because_deposits_store_it(self) -> None:
        known = provider_name(Network.TRON, "https://rpc.example.com/key")
        assert known == "tron-fe48c4c9"

    @pytest.mark.parametrize("other", ["https://rpc2.example.com/key", "https://rpc.example.com:1"])
    def test_differs_for_another_host_or_port(self, other: str) -> None:
        known = provider_name(Network.TRON, "https://rpc.example.com/key")
        assert provider_name(Network.TRON, other) != known
