"""The time that `mara clock advance` takes."""

from argparse import ArgumentTypeError
from datetime import timedelta

import pytest

from infra.local.billing_clock import duration


class TestDuration:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("35d", timedelta(days=35)),
            ("12h", timedelta(hours=12)),
            ("30m", timedelta(minutes=30)),
        ],
    )
    def test_reads_days_hours_and_minutes(self, text: str, expected: timedelta) -> None:
        assert duration(text) == expected

    @pytest.mark.parametrize("text", ["", "35", "d", "-1d", "0d", "1.5d", "1w", "1d 2h", "²d"])
    def test_refuses_what_is_no_time(self, text: str) -> None:
        with pytest.raises(ArgumentTypeError):
            duration(text)
