"""What is shown of the scans to those who look after them, and what their alarms are given."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import transaction
from mara.wallets.adapters.chain_statuses import PostgresChainStatuses
from mara.wallets.errors import ChainUnavailable
from mara.wallets.model import (
    BlockRange,
    ChainState,
    ChainStatus,
    FailureKind,
    Network,
    ProviderFailure,
    ScanProgress,
)
from mara.wallets.service.monitoring import RECENT, MonitoringService
from mara.wallets.service.scanner import ScannerService
from tests.support.accounts import make_account
from tests.support.chains import Payment, SimulatedChain, SimulatedProvider
from tests.support.scanning import give_wallet, scanner
from tests.support.watching import set_open_ranges
from tests.support.world import RULES

ARBITRUM = RULES.network
ANNA = bytes([1]) * 20
FIVE = 5_000_000
pytestmark = pytest.mark.usefixtures("database")


@dataclass
class Told:
    """An alarm that remembers what it was told last."""

    figures: dict[Network, tuple[int | None, int | None, int]] = field(default_factory=dict)
    finalizing_s: dict[Network, int] = field(default_factory=dict)
    unreadable: dict[Network, int] = field(default_factory=dict)

    def record(
        self,
        network: Network,
        *,
        lag_blocks: int | None,
        lag_s: int | None,
        finalizing_s: int,
        failures: int,
    ) -> None:
        self.finalizing_s[network] = finalizing_s
        self.figures[network] = (lag_blocks, lag_s, failures)

    def record_unreadable(self, network: Network, events: int) -> None:
        self.unreadable[network] = events


@dataclass
class Stage:
    chain: SimulatedChain
    providers: list[SimulatedProvider]
    service: ScannerService
    alarm: Told = field(default_factory=Told)

    @property
    def now(self) -> datetime:
        return self.service.now()

    def pass_by(self, minutes: int) -> None:
        clock: Any = self.service.now
        clock.at += timedelta(minutes=minutes)

    def mine(self, blocks: int) -> None:
        for _ in range(blocks):
            self.chain.mine()

    def scan(self) -> None:
        self.service.run(self.now + timedelta(minutes=1))

    def fail_to_scan(self) -> None:
        with pytest.raises(ChainUnavailable):
            self.scan()

    def watching(self, *networks: Network) -> MonitoringService:
        on = networks or (ARBITRUM,)
        return MonitoringService(on, PostgresChainStatuses(), self.alarm, self.service.now)

    def look(self) -> ChainStatus:
        (watch,) = self.watching().get_statuses()
        return watch

    def told(self, since: datetime) -> tuple[int | None, int | None, int]:
        self.watching().record_metrics(ARBITRUM, since)
        return self.alarm.figures[ARBITRUM]


@pytest.fixture
def stage() -> Stage:
    chain = SimulatedChain()
    providers = [SimulatedProvider(chain, name) for name in ("first", "second")]
    return Stage(chain, providers, scanner(providers))


def progress(stage: Stage) -> ScanProgress:
    found = stage.look().progress
    assert found
    return found


def give_account() -> UUID:
    owner_id = make_account("anna").id
    give_wallet(owner_id, ANNA)
    return owner_id


class TestAChain:
    def test_that_was_never_read_is_unread(self, stage: Stage) -> None:
        watch = stage.look()
        assert (watch.state, watch.progress) == (ChainState.UNREAD, None)
        assert (watch.lag_blocks, watch.lag_s, watch.step_age_s) == (None, None, None)

    def test_that_is_read_to_its_end_is_current(self, stage: Stage) -> None:
        stage.mine(20)
        stage.scan()
        watch, read = stage.look(), progress(stage)
        assert watch.state is ChainState.CURRENT
        assert (watch.lag_blocks, watch.lag_s, watch.step_age_s) == (0, 0, 0)
        assert (read.finalized, read.head, read.latest) == (14, 20, 20)
        assert (read.last_range, read.gap_blocks) == (BlockRange(15, 20), 0)
        assert read.blocks_per_scan == RULES.blocks_per_scan_max

    def test_lags_once_its_providers_are_down_for_long(self, stage: Stage) -> None:
        stage.scan()
        for provider in stage.providers:
            provider.down = True
        stage.pass_by(minutes=4)
        stage.fail_to_scan()
        assert stage.look().state is ChainState.CURRENT
        stage.pass_by(minutes=2)
        stage.fail_to_scan()
        watch = stage.look()
        assert watch.state is ChainState.LAGGING
        assert (watch.lag_s, watch.step_age_s) == (360, 360)

    def test_lags_while_it_grows_faster_than_it_is_read(self, stage: Stage) -> None:
        stage.scan()
        stage.mine(40)
        stage.pass_by(minutes=6)
        stage.service.step()
        watch = stage.look()
        assert (watch.step_age_s, watch.block_age_s, watch.lag_s) == (0, 0, 360)
        assert watch.lag_blocks == 40 - RULES.blocks_per_scan_max
        assert watch.state is ChainState.LAGGING
        stage.scan()
        assert stage.look().state is ChainState.CURRENT

    def test_that_rests_is_current_and_tells_since_when(self, stage: Stage) -> None:
        stage.mine(3)
        stage.scan()
        stage.pass_by(minutes=20)
        stage.scan()
        watch = stage.look()
        assert (watch.state, watch.lag_s, watch.block_age_s) == (ChainState.CURRENT, 0, 1200)

    def test_tells_how_long_nothing_is_settled_while_its_head_goes_on(self, stage: Stage) -> None:
        stage.mine(20)
        stage.scan()
        stage.providers[1].hastily_final = -1000  # its last final block stands still
        for _ in range(4):
            stage.mine(10)
            stage.pass_by(minutes=5)
            stage.scan()
        watch = stage.look()
        assert (watch.state, watch.lag_s, progress(stage).finalized) == (ChainState.CURRENT, 0, 14)
        assert watch.finalizing_s == 20 * 60
        stage.told(stage.now)
        assert stage.alarm.finalizing_s[ARBITRUM] == 20 * 60
        stage.providers[1].hastily_final = 0
        stage.scan()
        assert (stage.look().finalizing_s, progress(stage).finalized) == (0, 50)

    def test_that_is_settled_to_its_end_waits_for_nothing(self, stage: Stage) -> None:
        stage.scan()
        assert stage.look().finalizing_s is None

    def test_does_not_seem_to_grow_when_its_blocks_are_undone(self, stage: Stage) -> None:
        stage.mine(3)
        stage.scan()
        stage.pass_by(minutes=3)
        stage.chain.reorganise(2)
        stage.mine(2)
        stage.service.step()
        assert (progress(stage).head, stage.look().block_age_s) == (0, 180)

    def test_with_a_gap_lags_whatever_else_is_well(self, stage: Stage) -> None:
        stage.mine(20)
        stage.scan()
        set_open_ranges(ARBITRUM, (15, 16), (19, 20))
        assert progress(stage).gap_blocks == 2
        assert stage.look().state is ChainState.LAGGING

    def test_counts_what_waits_for_another_providers_word(self, stage: Stage) -> None:
        give_account()
        strict = replace(RULES, two_provider_threshold_micro_usdt=0)
        service = scanner(stage.providers[:1], rules=strict)
        stage.chain.mine(stage.chain.transaction(Payment(ANNA, FIVE)))
        stage.mine(10)
        service.run(service.now() + timedelta(minutes=1))
        assert stage.look().awaiting_confirmation == 1
        stage.service = scanner(stage.providers, rules=strict)
        stage.scan()
        assert stage.look().awaiting_confirmation == 0


class TestAFailure:
    def test_is_remembered_by_its_kind_and_provider(self, stage: Stage) -> None:
        first, second = stage.providers
        stage.mine(20)
        stage.scan()
        first.down, second.behind = True, 1
        stage.fail_to_scan()
        kinds = {failure.provider: failure.kind for failure in stage.look().failures}
        assert kinds == {"first": FailureKind.UNAVAILABLE, "second": FailureKind.BEHIND}

    def test_tells_a_contradiction_from_an_outage(self, stage: Stage) -> None:
        stage.scan()
        stage.providers[1].other_hashes = True
        stage.mine(3)
        stage.service.step()
        assert [failure.kind for failure in stage.look().failures] == [FailureKind.CONTRADICTION]

    def test_is_forgotten_after_an_hour(self, stage: Stage) -> None:
        stage.providers[0].down = True
        stage.scan()
        assert stage.look().failures
        stage.pass_by(minutes=int(RECENT / timedelta(minutes=1)) + 1)
        assert stage.look().failures == []

    def test_holds_nothing_of_what_the_provider_said(self) -> None:
        assert set(ProviderFailure.__slots__) == {"provider", "kind", "at"}


class TestTheAlarm:
    def test_is_told_of_a_chain_that_is_read(self, stage: Stage) -> None:
        began = stage.now
        stage.mine(20)
        stage.scan()
        assert stage.told(since=began) == (0, 0, 0)

    def test_is_told_how_many_providers_failed_in_this_scan(self, stage: Stage) -> None:
        stage.providers[0].down = True
        stage.scan()
        stage.providers[0].down, stage.providers[1].down = False, True
        stage.pass_by(minutes=1)
        began = stage.now
        stage.scan()
        assert stage.told(since=began)[2] == 1

    def test_is_told_of_providers_that_show_the_same_block_for_ever(self, stage: Stage) -> None:
        stage.mine(3)
        stage.scan()
        stage.pass_by(minutes=20)
        stage.scan()
        assert stage.told(since=stage.now) == (0, 1200, 0)

    def test_hears_no_lag_of_a_chain_that_nobody_could_ever_read(self, stage: Stage) -> None:
        began = stage.now
        for provider in stage.providers:
            provider.down = True
        stage.fail_to_scan()
        assert stage.told(since=began) == (None, None, 2)

    def test_hears_that_a_network_which_is_off_lags_nowhere(self, stage: Stage) -> None:
        stage.watching(Network.TRON).record_metrics(Network.APTOS, stage.now)
        assert stage.alarm.figures == {Network.APTOS: (0, 0, 0)}


class TestTheLook:
    def test_shows_each_network_in_its_order(self, stage: Stage) -> None:
        stage.scan()
        watches = stage.watching(Network.TRON, ARBITRUM).get_statuses()
        assert [watch.network for watch in watches] == [Network.TRON, ARBITRUM]
        assert [watch.state for watch in watches] == [ChainState.UNREAD, ChainState.CURRENT]

    def test_leaves_the_connection_of_a_request_alone(self, stage: Stage) -> None:
        with transaction(SYSTEM):
            assert stage.look().state is ChainState.UNREAD
