"""The schedules of the ledger, through the functions themselves."""

import io
import json
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from functions.schedules.release_expired_holds.handler import handler as release_expired_holds
from functions.schedules.verify_ledger.handler import handler as verify_ledger
from infra.observability.kinds import KINDS
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.adapters.metrics import METRIC, SHORTFALL
from mara.ledger.model import Balance, Cause
from mara.operations.adapters.database_gauges import DatabaseGauges
from mara.operations.adapters.gauge_queries import LEDGER
from mara.operations.model import Gauge
from mara.operations.service.scrape import ScrapeService
from mara.platform.database import transaction
from mara.platform.metrics import NAMESPACE
from mara.wiring.ledger import ledger_service
from tests.support.emf import emf_values
from tests.support.events import CONTEXT
from tests.support.money import balance_of, make_owner
from tests.support.template import load_observability

pytestmark = pytest.mark.usefixtures("database")


def value_of(gauge: Gauge) -> float:
    return gauge.values[()]


def metric(written: str) -> Any:
    (line,) = [json.loads(text) for text in written.splitlines() if METRIC in text]
    return line


class TestVerifyLedger:
    def test_counts_no_difference_where_there_is_none(
        self, capsys: pytest.CaptureFixture[str], log: io.StringIO
    ) -> None:
        make_owner(5)
        verify_ledger({}, CONTEXT)
        assert metric(capsys.readouterr().out)[METRIC] == [0]
        assert "ledger_differs" not in log.getvalue()

    def test_counts_and_logs_what_differs(
        self,
        past_the_rules: psycopg.Connection[Any],
        capsys: pytest.CaptureFixture[str],
        log: io.StringIO,
    ) -> None:
        owner_id = make_owner(5)
        past_the_rules.execute("UPDATE ledger_accounts SET available = 6")
        verify_ledger({}, CONTEXT)
        assert metric(capsys.readouterr().out)[METRIC] == [1]
        (line,) = [json.loads(t) for t in log.getvalue().splitlines() if "ledger_differs" in t]
        assert (line["level"], line["expected"], line["found"]) == ("ERROR", 5, 6)
        assert line["subject"] == f"{owner_id} available"

    def test_writes_the_metric_that_the_alarms_stand_on(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        verify_ledger({}, CONTEXT)
        line = metric(capsys.readouterr().out)
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Dimensions"] == [["Stage"]]
        assert line["Stage"] == "local"
        resources = load_observability()["Resources"]
        for name in ("LedgerDiffers", "LedgerUnverified"):
            alarm = resources[name]["Properties"]
            assert (alarm["Namespace"], alarm["MetricName"]) == (NAMESPACE, METRIC)
            assert (directive["Namespace"], directive["Metrics"][0]["Name"]) == (NAMESPACE, METRIC)
            assert [dimension["Name"] for dimension in alarm["Dimensions"]] == ["Stage"]


class TestReleaseExpiredHolds:
    def test_gives_back_what_nobody_ended_in_time(self) -> None:
        owner_id, past = make_owner(5), datetime.now(UTC) - timedelta(seconds=1)
        with transaction(SYSTEM):
            ledger_service().hold(owner_id, 4, Cause("ask", "answer"), expires_at=past)
        for _ in range(2):
            release_expired_holds({}, CONTEXT)
            assert balance_of(owner_id) == Balance(available=5)


class TestFigures:
    """What a scrape reads of the last audit."""

    def figures(self) -> dict[tuple[str, ...], float]:
        return {
            (gauge.name, *labels): value
            for gauge in DatabaseGauges(LEDGER).read()
            for labels, value in gauge.values.items()
        }

    def test_are_differences_and_custody_beside_what_is_owed(self) -> None:
        make_owner(5)
        verify_ledger({}, CONTEXT)
        found = self.figures()
        assert found["mara_ledger_differences",] == 0
        assert 0 <= found["mara_ledger_audit_age_seconds",] < 60
        custody = sum(v for (name, *_), v in found.items() if "custody" in name)
        credits_ = found["mara_ledger_credits_micro_usdt",]
        assert custody + credits_ == found["mara_ledger_owed_micro_usdt",] == 5

    def test_tell_differences_and_a_shortfall(
        self, past_the_rules: psycopg.Connection[Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        make_owner(5)
        past_the_rules.execute("UPDATE ledger_accounts SET available = 6")
        verify_ledger({}, CONTEXT)
        found = self.figures()
        assert found["mara_ledger_differences",] == 1
        assert found["mara_ledger_owed_micro_usdt",] == 6
        assert emf_values(capsys.readouterr().out)[SHORTFALL,] == 1

    def test_that_an_alert_compares_are_of_one_query(self) -> None:
        """A source that is late has the values of the audit before."""
        (kind,) = [one for one in KINDS if one.name == "custody-below-liabilities"]
        compared = set(re.findall(r"mara_\w+", kind.expression or ""))
        assert len(compared) == 3
        assert compared <= {name for name, _ in LEDGER.gauges}
        assert kind.hold == "1m"

    def test_are_of_one_audit_in_every_scrape(self) -> None:
        """The reading of the second audit is late: a scrape has all of the first until then."""
        books, reading = ["100"], threading.Event()
        reading.set()

        class Ledger:
            name = "ledger"

            def read(self) -> list[Gauge]:
                value = float(books[-1])
                reading.wait(5)
                return [Gauge(name, "", (), {(): value}) for name, _ in LEDGER.gauges]

        service = ScrapeService([Ledger()], dict, limit_s=0.05)
        assert {value_of(gauge) for gauge in service.scrape().gauges} == {100}
        books.append("150")
        reading.clear()
        assert {value_of(gauge) for gauge in service.scrape().gauges} == {100}
        reading.set()
        while {value_of(gauge) for gauge in service.scrape().gauges} == {100}:
            pass
        assert {value_of(gauge) for gauge in service.scrape().gauges} == {150}
