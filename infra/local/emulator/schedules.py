"""Spreads the ticks of schedules over a minute.

ministack counts every ``rate(…)`` from the moment the schedule was created, and a deployment
creates all of them at once: their functions would start cold in the same second, once a minute, and
leave no CPU for the requests of people. AWS does not align them either.
"""

from collections.abc import Callable, Mapping, MutableMapping
from itertools import count
from typing import Any

STEP_S = 10.0
"""ministack looks for due schedules this often."""
SPREAD_S = 60.0
EARLIEST_S = -30.0
"""The first tick of a schedule moves by -30 to +20 s."""


def spread_schedules() -> None:
    """Make the emulator count the rate of each new schedule from a moment of its own."""
    from ministack.services import scheduler

    scheduler._create_schedule = spread(  # noqa: SLF001 - the emulator has no other way
        scheduler._create_schedule,  # noqa: SLF001
        scheduler._schedules._data,  # noqa: SLF001
        scheduler._schedule_last_fired,  # noqa: SLF001
    )


def spread(
    create: Callable[..., Any],
    schedules: Mapping[Any, dict[str, Any]],
    last_fired: MutableMapping[Any, float],
) -> Callable[..., Any]:
    """Return ``create`` followed by the choice of the moment that the new schedule counts from.

    ``last_fired`` has the time in seconds of the last tick of each schedule, by the same keys.
    """
    created = count()

    def create_spread(*arguments: Any) -> Any:
        answer = create(*arguments)
        for key, schedule in list(schedules.items()):
            if key not in last_fired and schedule["ScheduleExpression"].startswith("rate("):
                offset_s = EARLIEST_S + next(created) * STEP_S % SPREAD_S
                last_fired[key] = schedule["CreationDate"] + offset_s
        return answer

    return create_spread
