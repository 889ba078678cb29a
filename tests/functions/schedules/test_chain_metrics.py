"""The metrics of the scans, through the functions, and the alarms that stand on them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.schedules.scan_chain.handler import handler as scan_chain
from mara.kernel.errors import Conflict
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import transaction
from mara.platform.metrics import NAMESPACE
from mara.wallets.adapters.metrics import (
    FINALIZING_SECONDS,
    LAG_BLOCKS,
    LAG_SECONDS,
    PROVIDER_FAILURES,
    UNREADABLE_EVENTS,
)
from mara.wallets.adapters.scan_cursors import PostgresScanCursors
from mara.wallets.errors import ChainUnavailable
from mara.wallets.model import DEPOSIT_RULES, LAG_MAX, EventPart, Network, UnreadableEvent
from mara.wiring.wallets import monitoring_service
from tests.support.chain_labs import chain_lab
from tests.support.events import CONTEXT
from tests.support.ports import free_port
from tests.support.template import load_observability
from tests.support.watching import metrics

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(params=list(Network))
def network(request: pytest.FixtureRequest) -> Network:
    return Network(request.param)


def set_chain(monkeypatch: pytest.MonkeyPatch, network: Network, settings: Any) -> None:
    monkeypatch.setenv("MARA_CHAINS", json.dumps({network: settings}))


class TestMetrics:
    def test_tell_that_a_chain_is_read(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        with chain_lab("aptos", tmp_path_factory.mktemp("lab")) as lab:
            set_chain(monkeypatch, Network.APTOS, lab.settings())
            lab.mine(5)
            scan_chain({"network": Network.APTOS}, CONTEXT)
        told = metrics(capsys.readouterr().out)
        assert told == {
            (LAG_BLOCKS, "aptos"): 0,
            (LAG_SECONDS, "aptos"): told[LAG_SECONDS, "aptos"],
            (FINALIZING_SECONDS, "aptos"): 0,
            (PROVIDER_FAILURES, "aptos"): 0,
            (UNREADABLE_EVENTS, "aptos"): 0,
        }
        assert told[LAG_SECONDS, "aptos"] < 30

    def test_are_written_when_the_scan_fails_too(
        self,
        network: Network,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        # Free ports both, and never one and the same.
        nobody = ["http://127.0.0.1:1", f"http://127.0.0.1:{free_port()}"]
        set_chain(monkeypatch, network, {"urls": nobody})
        with pytest.raises(ChainUnavailable):
            scan_chain({"network": network}, CONTEXT)
        # How far behind it is, nobody knows: that there is no figure is what the alarm stands on.
        assert metrics(capsys.readouterr().out) == {
            (FINALIZING_SECONDS, network): 0,
            (PROVIDER_FAILURES, network): 2,
            (UNREADABLE_EVENTS, network): 0,
        }

    def test_are_written_when_the_contract_is_another(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        with chain_lab("aptos", tmp_path_factory.mktemp("lab")) as lab:
            set_chain(monkeypatch, Network.APTOS, {**lab.settings(), "symbol": "USDC"})
            with pytest.raises(Conflict):
                scan_chain({"network": Network.APTOS}, CONTEXT)
        assert (PROVIDER_FAILURES, "aptos") in metrics(capsys.readouterr().out)

    def test_say_that_a_network_which_is_off_lags_nowhere(
        self,
        network: Network,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("MARA_CHAINS", "{}")
        scan_chain({"network": network}, CONTEXT)
        names = (
            *(LAG_BLOCKS, LAG_SECONDS, FINALIZING_SECONDS),
            *(PROVIDER_FAILURES, UNREADABLE_EVENTS),
        )
        assert metrics(capsys.readouterr().out) == {(name, network): 0 for name in names}

    def test_count_the_events_that_this_scan_passed(
        self,
        network: Network,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        set_chain(monkeypatch, network, {"urls": ["http://127.0.0.1:1"]})
        started = datetime.now(UTC)
        for number, age in enumerate([timedelta(minutes=5), timedelta(0), timedelta(0)]):
            event = UnreadableEvent(EventPart.AMOUNT, f"2**{200 + number}")
            with transaction(SYSTEM):
                PostgresScanCursors().record_unreadable(
                    network, [event], reader="first", now=started - age
                )
        monitoring_service().record_metrics(network, started)
        assert metrics(capsys.readouterr().out)[UNREADABLE_EVENTS, network] == 2


class TestAlarms:
    def test_fire_at_one_unreadable_event(self, network: Network) -> None:
        alarm = load_observability()["Resources"][f"{network.capitalize()}Unreadable"]["Properties"]
        assert alarm["MetricName"] == UNREADABLE_EVENTS
        assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 0)
        assert alarm["Dimensions"][1] == {"Name": "Network", "Value": network.value}

    @pytest.mark.parametrize(
        ("name", "metric", "silence"),
        [("Stalled", LAG_SECONDS, "breaching"), ("Unsettled", FINALIZING_SECONDS, "missing")],
    )
    def test_stand_on_the_lag_of_each_network_and_on_silence(
        self, network: Network, name: str, metric: str, silence: str
    ) -> None:
        alarm = load_observability()["Resources"][f"{network.capitalize()}{name}"]["Properties"]
        assert (alarm["Namespace"], alarm["MetricName"]) == (NAMESPACE, metric)
        by_stage, by_network = alarm["Dimensions"]
        assert (by_stage["Name"], by_network) == (
            "Stage",
            {"Name": "Network", "Value": network.value},
        )
        assert alarm["TreatMissingData"] == silence
        if metric == LAG_SECONDS:
            assert alarm["Threshold"] == LAG_MAX.total_seconds()
        else:
            assert alarm["Threshold"] > 2 * DEPOSIT_RULES[network].eta_s
