"""Monitoring: statuses for operators, metrics for alarms, and the scheduled scan."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mara.wallets.errors import ChainUnavailable, FinalityBroken, TokenMismatch
from mara.wallets.model import ChainState, ChainStatus, FailureKind, Network, ProviderFailure
from mara.wallets.service.monitoring import MonitoringService
from mara.wallets.service.scan_job import ScanJob
from mara.wallets.service.scanner import ScannerService
from tests.support.fakes.wallets import FakeChainStatuses
from tests.support.world import World

ARBITRUM = Network.ARBITRUM


@pytest.fixture
def world() -> World:
    return World()


def status(world: World) -> ChainStatus:
    (found,) = world.monitoring().get_statuses()
    return found


def pass_time(world: World, **time: int) -> None:
    world.clock.at += timedelta(**time)


def metrics(world: World, since: datetime) -> dict[str, int | None]:
    world.monitoring().record_metrics(ARBITRUM, since)
    return world.metrics.recorded[ARBITRUM]


class TestStatus:
    def test_before_the_first_scan_is_unread(self, world: World) -> None:
        found = status(world)
        assert (found.state, found.progress) == (ChainState.UNREAD, None)
        assert (found.lag_blocks, found.lag_s, found.step_age_s) == (None, None, None)
        assert (found.block_age_s, found.finalizing_s) == (None, None)

    def test_of_a_chain_that_breaks_its_finality_is_broken_at_once(self, world: World) -> None:
        world.mine(20)
        world.scan()
        world.first.other_hashes = world.second.other_hashes = True
        with pytest.raises(FinalityBroken):
            world.scan()
        found = status(world)
        assert found.state is ChainState.BROKEN
        assert found.progress
        broken_at = found.progress.broken_at
        pass_time(world, seconds=60)
        with pytest.raises(FinalityBroken):
            world.scan()
        again = status(world).progress
        assert again
        assert (again.broken_at, broken_at is None) == (broken_at, False)

    def test_is_current_again_when_the_finalized_block_is_back(self, world: World) -> None:
        world.mine(20)
        world.scan()
        world.first.other_hashes = world.second.other_hashes = True
        with pytest.raises(FinalityBroken):
            world.scan()
        world.first.other_hashes = world.second.other_hashes = False
        world.scan()
        assert status(world).state is ChainState.CURRENT

    def test_after_a_scan_is_current(self, world: World) -> None:
        world.mine(20)
        world.scan()
        found = status(world)
        assert found.state is ChainState.CURRENT
        assert (found.lag_blocks, found.lag_s, found.step_age_s) == (0, 0, 0)
        assert found.progress
        assert (found.progress.finalized, found.progress.head) == (14, 20)

    @pytest.mark.parametrize(
        ("seconds", "state"), [(299, ChainState.CURRENT), (301, ChainState.LAGGING)]
    )
    def test_lags_after_five_minutes_without_a_complete_scan(
        self, world: World, seconds: int, state: ChainState
    ) -> None:
        world.scan()
        pass_time(world, seconds=seconds)
        assert status(world).state is state

    def test_lags_while_blocks_come_faster_than_they_are_read(self, world: World) -> None:
        world.scan()
        world.mine(40)
        pass_time(world, minutes=6)
        world.scanner().step()
        found = status(world)
        assert (found.step_age_s, found.block_age_s, found.lag_s) == (0, 0, 360)
        assert found.lag_blocks == 40 - world.rules.blocks_per_scan_max
        assert found.state is ChainState.LAGGING

    def test_reports_how_long_nothing_was_finalized(self, world: World) -> None:
        world.mine(20)
        world.scan()
        world.second.hastily_final = -1000
        for _ in range(4):
            world.mine()
            pass_time(world, minutes=5)
            world.scan()
        found = status(world)
        assert (found.state, found.lag_s, found.finalizing_s) == (ChainState.CURRENT, 0, 20 * 60)
        world.second.hastily_final = 0
        world.scan()
        assert status(world).finalizing_s == 0

    def test_has_recent_failures_newest_first(self, world: World) -> None:
        world.mine(20)
        world.scan()
        world.first.down, world.second.behind = True, 1
        with pytest.raises(ChainUnavailable):
            world.scan()
        kinds = {one.provider: one.kind for one in status(world).failures}
        assert kinds == {"first": FailureKind.UNAVAILABLE, "second": FailureKind.BEHIND}
        pass_time(world, hours=1, seconds=1)
        assert status(world).failures == []

    @pytest.mark.parametrize(("more_ms", "count"), [(0, 1), (1, 0)])
    def test_has_the_failures_of_the_last_hour(
        self, world: World, more_ms: int, count: int
    ) -> None:
        at = world.clock()
        failure = ProviderFailure("first", FailureKind.BEHIND, at)
        with world.database.unit_of_work():
            world.cursors.record_failure(ARBITRUM, failure, "it is behind")
        statuses = FakeChainStatuses(world.database)
        now = at + timedelta(hours=1, milliseconds=more_ms)
        service = MonitoringService([ARBITRUM], statuses, world.metrics, lambda: now)
        (found,) = service.get_statuses()
        assert len(found.failures) == count

    @pytest.mark.parametrize(("counted", "providers"), [({ARBITRUM: 2}, 2), ({}, None)])
    def test_has_the_number_of_providers_if_it_is_known(
        self, world: World, counted: dict[Network, int], providers: int | None
    ) -> None:
        service = replace(world.monitoring(), providers=counted)
        assert [found.providers for found in service.get_statuses()] == [providers]


class TestMetrics:
    def test_have_the_lag_and_the_failures_of_this_scan(self, world: World) -> None:
        world.mine(1)
        world.first.down = True
        world.scan()
        world.first.down, world.second.down = False, True
        pass_time(world, minutes=1)
        started_at = world.clock()
        world.mine(1)
        world.scan()
        assert metrics(world, started_at) == {
            "lag_blocks": 0,
            "lag_s": 0,
            "finalizing_s": 60,
            "failures": 1,
        }

    def test_lag_by_the_age_of_the_latest_block_too(self, world: World) -> None:
        world.mine(3)
        world.scan()
        pass_time(world, minutes=20)
        world.scan()
        assert metrics(world, world.clock())["lag_s"] == 1200

    def test_lag_by_the_age_of_the_last_complete_scan_too(self, world: World) -> None:
        world.scan()
        pass_time(world, minutes=20)
        world.mine(40)
        world.scanner().step()
        found = metrics(world, world.clock())
        assert (found["lag_s"], found["lag_blocks"]) == (1200, 32)

    def test_leave_out_what_is_unknown(self, world: World) -> None:
        found = metrics(world, world.clock())
        assert (found["lag_blocks"], found["lag_s"]) == (None, None)

    def test_leave_out_the_lag_before_all_blocks_were_read_once(self, world: World) -> None:
        world.mine(40)
        for _ in range(2):  # the first step creates the cursor, the second one reads eight blocks
            world.scanner().step()
        assert status(world).block_age_s == 0
        assert metrics(world, world.clock())["lag_s"] is None

    def test_have_no_time_of_finalizing_where_all_blocks_are_final(self, world: World) -> None:
        world.chain.lag_safe = world.chain.lag_final = 0
        world.mine(3)
        world.scan()
        assert status(world).finalizing_s is None
        assert metrics(world, world.clock())["finalizing_s"] == 0

    def test_are_zero_for_a_network_that_is_off(self, world: World) -> None:
        world.monitoring(Network.TRON).record_metrics(ARBITRUM, world.clock())
        assert set(world.metrics.recorded[ARBITRUM].values()) == {0}


class TestScanJob:
    @pytest.fixture(autouse=True)
    def no_networks_off(self) -> None:
        self.off: list[tuple[Network, datetime]] = []

    def job(
        self, world: World, scanner: Callable[[Network], ScannerService] | None = None
    ) -> ScanJob:
        return ScanJob(
            scanner or (lambda _: world.scanner()),
            world.monitoring(),
            lambda *off: self.off.append(off),
        )

    def test_scans_and_records(self, world: World) -> None:
        world.mine(20)
        summary = self.job(world).run(ARBITRUM, world.clock())
        assert summary == {"advanced": True, "lag": 0, "settled": 0}
        assert world.metrics.recorded[ARBITRUM]["lag_blocks"] == 0

    def test_stops_at_its_time_limit(self, world: World) -> None:
        world.mine(20)
        late = world.clock() - timedelta(seconds=40)
        assert self.job(world).run(ARBITRUM, late) == {"advanced": False, "lag": 0, "settled": 0}
        earlier = world.clock() - timedelta(seconds=39)
        assert self.job(world).run(ARBITRUM, earlier) == {"advanced": True, "lag": 0, "settled": 0}

    def test_records_a_scan_that_failed(self, world: World) -> None:
        world.first.down = world.second.down = True
        with pytest.raises(ChainUnavailable):
            self.job(world).run(ARBITRUM, world.clock())
        assert world.metrics.recorded[ARBITRUM]["failures"] == 2

    def test_records_a_scanner_that_could_not_be_built(self, world: World) -> None:
        def fail(_: Network) -> ScannerService:
            raise TokenMismatch("another token")

        with pytest.raises(TokenMismatch):
            self.job(world, fail).run(ARBITRUM, world.clock())
        assert ARBITRUM in world.metrics.recorded

    def test_of_a_network_that_is_off_scans_nothing(self, world: World) -> None:
        at = world.clock()
        assert self.job(world).run(Network.TRON, at) == "off"
        assert self.off == [(Network.TRON, at)]
        assert set(world.metrics.recorded[Network.TRON].values()) == {0}
        assert world.database.committed.cursors == {}
