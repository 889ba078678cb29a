"""Identifiers."""

import pytest

from mara.kernel.ids import new_id


class TestNewId:
    def test_is_a_uuid_of_version_7(self) -> None:
        made = new_id()
        assert made.version == 7
        assert made.variant == "specified in RFC 4122"

    def test_sorts_by_the_time_it_was_made_to_the_millisecond(self) -> None:
        made = [new_id() for _ in range(2000)]
        times = [i.int >> 80 for i in made]
        assert times == sorted(times)

    def test_is_greater_than_the_one_before_in_the_same_millisecond_too(self) -> None:
        made = [new_id() for _ in range(2000)]
        assert made == sorted(made)

    def test_stays_greater_when_the_clock_steps_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = new_id()
        monkeypatch.setattr("mara.kernel.ids.time.time_ns", lambda: 1_000_000_000)
        after = [new_id(), new_id()]
        assert [before, *after] == sorted({before, *after})
        assert {made.version for made in after} == {7}

    def test_is_never_made_twice(self) -> None:
        assert len({new_id() for _ in range(20_000)}) == 20_000
