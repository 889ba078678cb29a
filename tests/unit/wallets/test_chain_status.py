"""The status of a scan, computed from the times that the cursor holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mara.wallets.model import ChainState, ChainStatus, FailureKind, Network, ScanProgress

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PROGRESS = ScanProgress(
    finalized=10,
    head=20,
    latest=23,
    last_range=None,
    gap_blocks=0,
    blocks_per_scan=8,
    last_step_at=NOW - timedelta(seconds=1),
    last_block_at=NOW - timedelta(seconds=2),
    caught_up_at=NOW - timedelta(seconds=3),
    finalizing_since=NOW - timedelta(seconds=4),
)


def status(**changes: object) -> ChainStatus:
    progress = replace(PROGRESS, **changes)  # type: ignore[arg-type]
    return ChainStatus(Network.TRON, NOW, progress, 0, [])


class TestState:
    @pytest.mark.parametrize(
        ("seconds", "state"), [(0, "current"), (300, "current"), (301, "lagging")]
    )
    def test_lags_after_more_than_five_minutes(self, seconds: int, state: str) -> None:
        assert status(caught_up_at=NOW - timedelta(seconds=seconds)).state == state

    def test_lags_while_it_never_caught_up(self) -> None:
        assert status(caught_up_at=None).state is ChainState.LAGGING

    def test_lags_if_a_block_is_missing(self) -> None:
        assert status(gap_blocks=1).state is ChainState.LAGGING

    def test_has_the_names_of_the_api(self) -> None:
        assert [str(state) for state in ChainState] == ["current", "lagging", "unread", "broken"]

    def test_is_broken_while_a_finalized_block_has_changed_whatever_the_lag(self) -> None:
        for caught_up_at in (NOW, None):
            broken = status(caught_up_at=caught_up_at, broken_at=NOW)
            assert broken.state is ChainState.BROKEN

    def test_is_unread_before_the_first_scan(self) -> None:
        assert ChainStatus(Network.TRON, NOW, None, 0, []).state == "unread"


class TestLag:
    @pytest.mark.parametrize(("latest", "lag"), [(None, None), (20, 0), (23, 3), (19, 0)])
    def test_in_blocks_is_never_negative(self, latest: int | None, lag: int | None) -> None:
        assert status(latest=latest).lag_blocks == lag

    def test_in_seconds_counts_from_each_time(self) -> None:
        found = status()
        assert (found.step_age_s, found.block_age_s) == (1, 2)
        assert (found.lag_s, found.finalizing_s) == (3, 4)

    def test_is_unknown_without_a_time(self) -> None:
        found = status(
            last_step_at=None, last_block_at=None, caught_up_at=None, finalizing_since=None
        )
        assert (found.step_age_s, found.block_age_s) == (None, None)
        assert (found.lag_s, found.finalizing_s) == (None, None)

    @pytest.mark.parametrize(("ahead_ms", "seconds"), [(-1999, 1), (-1000, 1), (0, 0), (5000, 0)])
    def test_is_in_full_seconds_and_never_negative(self, ahead_ms: int, seconds: int) -> None:
        moment = NOW + timedelta(milliseconds=ahead_ms)
        assert status(caught_up_at=moment).lag_s == seconds


def test_has_no_unreadable_events_unless_they_were_counted() -> None:
    assert (status().unreadable_events, status().providers) == (0, None)


def test_failures_have_the_names_of_the_api() -> None:
    assert [str(kind) for kind in FailureKind] == ["unavailable", "behind", "contradiction"]
