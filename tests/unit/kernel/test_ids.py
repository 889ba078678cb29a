"""Identifiers."""

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

    def test_is_never_made_twice(self) -> None:
        assert len({new_id() for _ in range(20_000)}) == 20_000
