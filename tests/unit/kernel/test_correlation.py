"""The id that is followed."""

import threading

import pytest

from mara.kernel.correlation import chosen, current, following


class TestFollowing:
    def test_lasts_as_long_as_its_block(self) -> None:
        with following("a"):
            with following("b"):
                assert current() == "b"
            assert current() == "a"
        assert current() is None

    def test_ends_where_the_block_fails(self) -> None:
        with pytest.raises(ZeroDivisionError), following("a"):
            raise ZeroDivisionError
        assert current() is None

    def test_of_none_goes_on_with_the_id_that_is_followed(self) -> None:
        with following("a"), following(None):
            assert current() == "a"

    def test_is_known_to_threads_that_the_event_begins(self) -> None:
        seen: list[str | None] = []
        with following("a"):
            thread = threading.Thread(target=lambda: seen.append(current()))
            thread.start()
            thread.join()
        assert seen == ["a"]


class TestChosen:
    @pytest.mark.parametrize("valid", ["1", "trace-1.b_C", "x" * 64])
    def test_is_the_first_candidate_that_is_valid(self, valid: str) -> None:
        assert chosen(None, valid, "other") == valid

    @pytest.mark.parametrize(
        "invalid", ["", "x" * 65, "a b", "a\n", "a\nb", "é", "٣", '"', "{}", "a/b", 7, None]
    )
    def test_is_a_new_id_without_a_valid_candidate(self, invalid: object) -> None:
        first, second = chosen(invalid), chosen(invalid)
        assert invalid not in {first, second}
        assert first != second
        assert chosen(first) == first
