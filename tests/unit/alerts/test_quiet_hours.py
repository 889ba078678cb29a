"""Quiet hours on the wall clock of their zone, through midnight and over changes of the clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mara.alerts.errors import InvalidQuietHours
from mara.alerts.model.quiet_hours import QuietHours
from mara.alerts.model.severity import Severity

ZONES = (
    "Europe/Moscow",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/St_Johns",
)
"""Without changes, with changes in March, October, November and April, by half an hour too."""
NIGHT = (time(22), time(7))
MINUTE = timedelta(minutes=1)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31))  # noqa: DTZ001 - made UTC


def changes_of(zone: str) -> list[datetime]:
    """The minutes of 2026, in UTC, at which the zone's offset changes."""
    at, found = datetime(2026, 1, 1, tzinfo=UTC), []
    while at.year == 2026:
        if _offset(zone, at) != _offset(zone, at + timedelta(hours=1)):
            found += [
                minute
                for minute in (at + MINUTE * number for number in range(1, 61))
                if _offset(zone, minute - MINUTE) != _offset(zone, minute)
            ]
        at += timedelta(hours=1)
    return found


def _offset(zone: str, at: datetime) -> timedelta | None:
    return at.astimezone(ZoneInfo(zone)).utcoffset()


@pytest.mark.parametrize("zone", ZONES)
@given(at=MOMENTS, begins=st.times(), ends=st.times())
def test_every_moment_is_quiet_by_its_wall_clock(
    zone: str, at: datetime, begins: time, ends: time
) -> None:
    assume(begins != ends)
    moment = at.replace(tzinfo=UTC)
    clock = moment.astimezone(ZoneInfo(zone)).time()
    wrapped = (clock >= begins or clock < ends) if ends <= begins else begins <= clock < ends
    assert QuietHours(begins, ends, zone).is_quiet(moment) is wrapped


@pytest.mark.parametrize("zone", ZONES)
def test_around_a_change_of_the_clock_the_night_is_quiet_minute_by_minute(zone: str) -> None:
    hours, changes = QuietHours(*NIGHT, zone), changes_of(zone)
    assert len(changes) == (0 if zone in {"Europe/Moscow", "Asia/Kolkata"} else 2)
    for change in changes:
        for minutes in range(-24 * 60, 24 * 60):
            moment = change + minutes * MINUTE
            hour = moment.astimezone(ZoneInfo(zone)).hour
            assert hours.is_quiet(moment) == (hour >= 22 or hour < 7)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    hours = QuietHours(*NIGHT, "Europe/Moscow", days=[4])
    friday = datetime(2026, 11, 27, 21, tzinfo=UTC)  # Saturday, 0:00 in Moscow
    assert hours.is_quiet(friday)
    assert not hours.is_quiet(friday + timedelta(days=1))
    assert not hours.is_quiet(friday - timedelta(days=1))
    assert not hours.is_quiet(friday + timedelta(hours=7))


def test_hold_back_all_severities_but_those_that_are_excepted() -> None:
    hours = QuietHours(*NIGHT, "Europe/Moscow")
    night, noon = datetime(2026, 11, 27, 23, tzinfo=UTC), datetime(2026, 11, 27, 9, tzinfo=UTC)
    assert [severity for severity in Severity if hours.hold_back(severity, night)] == [
        Severity.WARNING,
        Severity.INFO,
    ]
    assert not any(hours.hold_back(severity, noon) for severity in Severity)


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Europe/Atlantis"},
        {"time_zone": "../etc/passwd"},
        {"time_zone": ""},
        {"days": []},
        {"days": [7]},
        {"begins": time(22, tzinfo=UTC)},
        {"begins": time(7)},
    ],
)
def test_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    given_hours: dict[str, object] = {"begins": time(22), "ends": time(7), "time_zone": "UTC"}
    with pytest.raises(InvalidQuietHours):
        QuietHours(**{**given_hours, **wrong})  # type: ignore[arg-type]
