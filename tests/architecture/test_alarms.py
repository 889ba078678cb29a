"""Every queue and function has its alarms, and every alarm says what to do."""

import re
from functools import cache
from typing import Any

from infra.local.alarm import Alarm
from infra.local.alarms import RUNBOOKS, STALLED_S, TARGET, UNSETTLED_S, alarms, render
from infra.local.package import FUNCTION, load_template
from mara.billing.adapters import metrics as billing_metrics
from mara.billing.adapters import usage_metrics
from mara.ledger.adapters import metrics as ledger_metrics
from mara.platform.metrics import NAMESPACE
from mara.platform.outbox import BACKLOG_METRIC
from mara.wallets.adapters.metrics import (
    FINALIZING_SECONDS,
    LAG_SECONDS,
    UNREADABLE_EVENTS,
)
from mara.wallets.model import DEPOSIT_RULES, LAG_MAX, Network
from tests.support.template import load_observability

RESOURCES_MAX = 499
DESCRIPTION_MAX = 1024


@cache
def known() -> list[Alarm]:
    return alarms()


@cache
def resources() -> dict[str, Any]:
    found: dict[str, Any] = load_template()["Resources"]
    return found


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
        assert kinds == {"AWS::CloudWatch::Alarm"}
        for resource in template["Resources"].values():
            assert len(resource["Properties"]["AlarmDescription"]) <= DESCRIPTION_MAX

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
        dead = {queue for queue, read in queues.items() if not read}
        # They do not stay there: a consumer moves them to a table at once.
        assert watched("NumberOfMessagesReceived") == dead

    def test_of_the_metrics_that_the_code_writes(self) -> None:
        own = {alarm.metric for alarm in known() if alarm.namespace == NAMESPACE}
        of_chains = {LAG_SECONDS, FINALIZING_SECONDS, UNREADABLE_EVENTS}
        of_money = {ledger_metrics.METRIC, billing_metrics.METRIC}
        of_use = {usage_metrics.EXCESS, usage_metrics.DIFFERENCES}
        assert own == {*of_money, *of_use, BACKLOG_METRIC, *of_chains}

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
            ),
            *stalled,
        }


class TestRunbooks:
    def test_have_a_section_for_every_kind_of_alarm_and_no_other(self) -> None:
        sections = re.findall(r"^## (\S+)$", RUNBOOKS.read_text("utf-8"), flags=re.MULTILINE)
        assert sorted(sections) == sorted({alarm.runbook for alarm in known()})

    def test_are_named_in_every_description(self) -> None:
        for resource in load_observability()["Resources"].values():
            assert "infra/docs/runbooks.md#" in resource["Properties"]["AlarmDescription"]


class TestNames:
    def test_are_each_given_once(self) -> None:
        for names in ([a.name for a in known()], [a.logical_id for a in known()]):
            assert len(names) == len(set(names))
