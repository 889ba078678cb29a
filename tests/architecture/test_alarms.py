"""Every queue and function has its alarms, and every alarm says what to do."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from infra.local.package import FUNCTION, load_template
from infra.local.settings import ROOT
from infra.observability.alarm import Alarm
from infra.observability.alarms import TARGET, alarms, render
from infra.observability.alert_kind import RUNBOOKS, AlertKind
from infra.observability.kinds import KINDS
from infra.observability.kinds.api import CONNECTIONS_HIGH
from infra.observability.kinds.chains import STALLED_S, UNSETTLED_S
from mara.billing.adapters import metrics as billing_metrics
from mara.billing.adapters import usage_metrics
from mara.entrypoints.log_batch import DROPPED
from mara.ledger.adapters import metrics as ledger_metrics
from mara.metrics.model.families import FAMILIES
from mara.platform.metrics import NAMESPACE
from mara.platform.outbox import BACKLOG_METRIC
from mara.queues.adapters import late_schedules
from mara.queues.model.known_schedules import SCHEDULES
from mara.wallets.adapters.metrics import (
    FINALIZING_SECONDS,
    LAG_SECONDS,
    UNREADABLE_EVENTS,
)
from mara.wallets.model import DEPOSIT_RULES, LAG_MAX, Network
from mara.wiring.erasure import MONEY_METRIC
from tests.support.template import load_observability

PARTS = ["What it means", "What to look at", "What to do", "When to escalate"]
RESOURCES_MAX = 499
DESCRIPTION_MAX = 1024


@cache
def known() -> list[Alarm]:
    return alarms()


@cache
def resources() -> dict[str, Any]:
    found: dict[str, Any] = load_template()["Resources"]
    return found


def alarm_resources() -> list[dict[str, Any]]:
    found = load_observability()["Resources"].values()
    return [one for one in found if one["Type"] == "AWS::CloudWatch::Alarm"]


def watched(metric: str) -> set[str]:
    """The value of the one dimension of each alarm on a metric of AWS."""
    return {alarm.dimensions[0][1] for alarm in known() if alarm.metric == metric}


class TestFile:
    def test_is_what_the_generator_writes(self) -> None:
        assert TARGET.read_text("utf-8") == render(), "run: .venv/bin/mara alarms"

    def test_is_plain_cloudformation_within_its_limits(self) -> None:
        template = load_observability()
        print(f"infra/observability.yaml: {len(template['Resources'])} resources")
        assert "Transform" not in template
        assert len(template["Resources"]) <= RESOURCES_MAX
        kinds = {resource["Type"] for resource in template["Resources"].values()}
        assert kinds == {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard"}
        for resource in alarm_resources():
            assert len(resource["Properties"]["AlarmDescription"]) <= DESCRIPTION_MAX

    def test_has_alarms_on_the_database_where_it_is_one_of_rds(self) -> None:
        of_rds = {one.logical_id: one.condition for one in known() if one.namespace == "AWS/RDS"}
        assert of_rds == dict.fromkeys(
            ("DatabaseStorageLow", "DatabaseConnectionsHigh"), "HasDatabase"
        )
        made = load_observability()
        assert set(made["Conditions"]) == {"HasDatabase"}
        for name in of_rds:
            assert made["Resources"][name]["Condition"] == "HasDatabase"

    def test_warns_before_the_functions_have_no_connection_left(self) -> None:
        guide = (ROOT / "infra/docs/deploy.md").read_text("utf-8")
        (of_role,) = re.findall(r"MARA_APP_CONNECTIONS=(\d+)", guide)
        assert int(of_role) * 0.8 < CONNECTIONS_HIGH < int(of_role)

    def test_gets_all_of_its_parameters_from_the_stack(self) -> None:
        given = resources()["Observability"]["Properties"]["Parameters"]
        assert set(given) == set(load_observability()["Parameters"])


class TestCoverage:
    def test_of_every_function(self) -> None:
        names = {
            resource["Properties"]["FunctionName"]["Fn::Sub"]
            for resource in resources().values()
            if resource["Type"] == FUNCTION
        }
        assert watched("Errors") == names
        assert watched("Throttles") == names

    def test_of_every_queue_and_its_dead_letters(self) -> None:
        queues = {
            resource["Properties"]["QueueName"]["Fn::Sub"]: "RedrivePolicy"
            in resource["Properties"]
            for resource in resources().values()
            if resource["Type"] == "AWS::SQS::Queue"
        }
        assert watched("ApproximateAgeOfOldestMessage") == {q for q, read in queues.items() if read}
        # What a function without a queue gave up.
        dead = {q for q, read in queues.items() if not read and not q.endswith("-failed")}
        # They do not stay there: a consumer moves them to a table at once.
        assert watched("NumberOfMessagesReceived") == dead

    def test_of_the_metrics_that_the_code_writes(self) -> None:
        own = {alarm.metric for alarm in known() if alarm.namespace == NAMESPACE}
        of_families = {family.name for family in FAMILIES}
        of_chains = {LAG_SECONDS, FINALIZING_SECONDS, UNREADABLE_EVENTS}
        of_ledger = {ledger_metrics.METRIC, ledger_metrics.SHORTFALL}
        of_money = {*of_ledger, billing_metrics.METRIC, MONEY_METRIC}
        of_use = {usage_metrics.EXCESS, usage_metrics.DIFFERENCES}
        of_work = {BACKLOG_METRIC, late_schedules.METRIC, DROPPED}
        assert own - of_families == {*of_money, *of_use, *of_work, *of_chains}

    def test_of_what_ship_logs_gives_up(self) -> None:
        function = resources()["ShipLogs"]["Properties"]["FunctionName"]["Fn::Sub"]
        assert watched("AsyncEventsDropped") == {function}

    def test_of_every_network_by_its_own_rules(self) -> None:
        assert set(UNSETTLED_S) == set(Network)
        assert LAG_MAX.total_seconds() == STALLED_S
        for network, limit_s in UNSETTLED_S.items():
            assert limit_s > 2 * DEPOSIT_RULES[Network(network)].eta_s

    def test_notices_silence_where_silence_is_a_fault(self) -> None:
        silent = {alarm.logical_id for alarm in known() if alarm.missing == "breaching"}
        stalled = {f"{network.capitalize()}Stalled" for network in Network}
        assert silent == {
            *(
                "LedgerUnverified",
                "SubscriptionsUncharged",
                "UsageLevelsUncounted",
                "OutboxBacklog",
                "SchedulesLate",
                "DatabaseStorageLow",
            ),
            *stalled,
        }


TRIES_S = (0, 61, 183)
"""When an asynchronous invocation of Lambda fails, after its beginning: it is tried twice again."""
WATCHED_S = 172_800


def fires(alarm: Alarm, errors_s: Iterator[int]) -> bool:
    """Whether the sum of errors of so many whole periods exceeds the threshold."""
    counts = Counter(at // alarm.period_s for at in errors_s)
    bad = {period for period, count in counts.items() if count > alarm.threshold}
    needed = alarm.periods_to_alarm or alarm.periods
    return any(
        sum(period - back in bad for back in range(alarm.periods)) >= needed
        for period in range(WATCHED_S // alarm.period_s + 1)
    )


RARE = [name for name, one in SCHEDULES.items() if one.period >= timedelta(hours=1)]


class TestErrorsOfSchedules:
    """The first run may fall on any second of the period of an alarm."""

    def alarm_of(self, name: str) -> Alarm:
        function = f"mara-${{Stage}}-{SCHEDULES[name].function}"
        wanted = ("Errors", (("FunctionName", function),))
        (found,) = [one for one in known() if (one.metric, one.dimensions) == wanted]
        return found

    def runs_s(self, name: str, offset: int) -> range:
        return range(offset, WATCHED_S, int(SCHEDULES[name].period.total_seconds()))

    @pytest.mark.parametrize("name", SCHEDULES)
    def test_fire_wherever_all_tries_fail(self, name: str) -> None:
        alarm = self.alarm_of(name)
        for offset in range(0, 3600, 13):
            errors = (run + at for run in self.runs_s(name, offset) for at in TRIES_S)
            assert fires(alarm, errors), offset

    @pytest.mark.parametrize("name", SCHEDULES)
    def test_do_not_fire_for_one_try_that_fails(self, name: str) -> None:
        alarm = self.alarm_of(name)
        for offset in range(0, 3600, 13):
            assert not fires(alarm, iter([offset]))

    @pytest.mark.parametrize("name", RARE)
    def test_do_not_fire_where_each_run_of_a_rare_schedule_is_done_at_the_second_try(
        self, name: str
    ) -> None:
        alarm = self.alarm_of(name)
        for offset in range(0, 3600, 13):
            assert not fires(alarm, iter(self.runs_s(name, offset)))


class TestRunbooks:
    def test_have_a_section_for_every_kind_of_alarm_and_no_other(self) -> None:
        assert {path.stem for path in RUNBOOKS.iterdir()} == {kind.name for kind in KINDS}
        assert {alarm.runbook for alarm in known()} <= {kind.name for kind in KINDS}

    def test_are_of_alerts_that_something_fires(self) -> None:
        watched_by_alarms = {alarm.runbook for alarm in known()}
        for kind in KINDS:
            assert kind.condition or kind.name in watched_by_alarms, kind.name

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
    def test_say_what_it_means_what_to_look_at_what_to_do_and_when_to_escalate(
        self, kind: AlertKind
    ) -> None:
        text = (RUNBOOKS / f"{kind.name}.md").read_text("utf-8")
        titles = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
        assert titles == [kind.alert, *PARTS]
        for part in PARTS:
            _, _, after = text.partition(f"## {part}\n")
            assert len(after.partition("\n## ")[0].strip()) > 10, part

    def test_are_listed_with_what_each_means(self) -> None:
        index = RUNBOOKS.with_suffix(".md").read_text("utf-8")
        for kind in KINDS:
            row = f"| [{kind.name}](runbooks/{kind.name}.md) | {kind.urgency} | {kind.meaning} |"
            assert row in index
        assert index.count("](runbooks/") == len(KINDS)

    def test_are_named_in_every_description(self) -> None:
        for resource in alarm_resources():
            assert "infra/docs/runbooks/" in resource["Properties"]["AlarmDescription"]


class TestNames:
    def test_are_each_given_once(self) -> None:
        for names in ([a.name for a in known()], [a.logical_id for a in known()]):
            assert len(names) == len(set(names))
