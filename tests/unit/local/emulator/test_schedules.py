"""When the emulator's schedules tick."""

import time
from collections import Counter
from typing import Any

import pytest
from ministack.services import scheduler

from infra.local.emulator.schedules import spread

TARGET = {"Arn": "arn:aws:lambda:eu-central-1:000000000000:function:f", "RoleArn": "arn:r"}
STORED: Any = scheduler._schedules._data
LAST_FIRED: Any = scheduler._schedule_last_fired


@pytest.fixture
def create() -> Any:
    STORED.clear()
    LAST_FIRED.clear()
    yield spread(scheduler._create_schedule, STORED, LAST_FIRED)
    STORED.clear()
    LAST_FIRED.clear()


def body(expression: str) -> dict[str, Any]:
    window = {"Mode": "OFF"}
    return {"ScheduleExpression": expression, "FlexibleTimeWindow": window, "Target": TARGET}


def test_few_of_a_deployment_tick_at_the_same_time(create: Any) -> None:
    for number in range(12):
        create(f"schedule-{number}", body("rate(1 minute)"))
    assert max(Counter(round(moment) // 10 for moment in LAST_FIRED.values()).values()) <= 3
    assert len({round(moment) // 10 for moment in LAST_FIRED.values()}) >= 6


def test_each_ticks_first_within_a_minute_and_a_half(create: Any) -> None:
    for number in range(12):
        create(f"schedule-{number}", body("rate(1 minute)"))
    assert len(LAST_FIRED) == 12
    assert all(-31 <= moment - time.time() <= 20 for moment in LAST_FIRED.values())


def test_one_that_names_a_moment_is_left_alone(create: Any) -> None:
    create("once", body("at(2030-01-01T00:00:00)"))
    create("daily", body("cron(0 3 * * ? *)"))
    assert not LAST_FIRED


def test_one_that_is_refused_gets_no_moment(create: Any) -> None:
    create("broken", {})
    assert not LAST_FIRED
