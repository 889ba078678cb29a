"""The schedules that LocalStack does not run are invoked beside it."""

import threading
from collections import Counter

import pytest

from infra.local.localstack.aws import client
from infra.local.localstack.schedules import Schedule, invoker, run, schedules
from infra.local.package import load_template
from tests.support.environment import NOWHERE

FUNCTION = "AWS::Serverless::Function"


def template_of(expression: str) -> dict[str, object]:
    event = {"Type": "ScheduleV2", "Properties": {"ScheduleExpression": expression}}
    properties = {"FunctionName": {"Fn::Sub": "mara-${Stage}-tick"}, "Events": {"Tick": event}}
    return {"Resources": {"Tick": {"Type": FUNCTION, "Properties": properties}}}


def test_every_schedule_of_the_template_is_known() -> None:
    found = schedules(load_template())
    scans = {s.event for s in found if s.function == "mara-localstack-scan-chain"}
    assert scans == {f'{{"network": "{name}"}}' for name in ("aptos", "arbitrum", "tron")}
    assert {s.every_s for s in found if "scan-chain" in s.function} == {60.0}
    assert len(found) == str(load_template()).count("ScheduleExpression")


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [("rate(1 minute)", 60), ("rate(15 minutes)", 900), ("rate(2 hours)", 7200)],
)
def test_a_rate_is_in_seconds(expression: str, seconds: float) -> None:
    (found,) = schedules(template_of(expression))
    assert found == Schedule("mara-localstack-tick", seconds, "{}")


def test_another_expression_is_refused_and_not_forgotten() -> None:
    with pytest.raises(ValueError, match=r"cron\(0 3 \* \* \? \*\)"):
        schedules(template_of("cron(0 3 * * ? *)"))


class Clock(threading.Event):
    """Time that passes only while somebody waits, and ends after ``limit_s``."""

    def __init__(self, limit_s: float) -> None:
        super().__init__()
        self.limit_s = limit_s
        self.passed_s = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.passed_s += timeout or 0.0
        return self.passed_s > self.limit_s

    def now(self) -> float:
        return self.passed_s


def test_each_is_invoked_when_its_interval_has_passed() -> None:
    minutely, hourly = Schedule("scan", 60, "{}"), Schedule("forget", 3600, "{}")
    invoked: Counter[str] = Counter()
    clock = Clock(limit_s=7200)
    run([minutely, hourly], lambda s: invoked.update([s.function]), clock, clock.now)
    assert invoked == {"scan": 120, "forget": 2}


def test_a_localstack_that_is_down_is_tried_again_at_the_next_interval() -> None:
    functions = client(NOWHERE, "lambda")
    clock = Clock(limit_s=120)
    run([Schedule("scan", 60, "{}")], invoker(functions), clock, clock.now)
    assert clock.passed_s > 120
