"""Something small that is repeated beside the work."""

from threading import Event, current_thread

from mara.platform.repeating import repeating

WAIT_S = 30.0


class TestRepeating:
    def test_calls_at_once_and_again_until_the_block_ends(self) -> None:
        calls, thrice = [], Event()

        def call() -> None:
            calls.append(current_thread())
            if len(calls) == 3:
                thrice.set()

        with repeating(call, 0.001):
            assert thrice.wait(WAIT_S)
        assert not calls[0].is_alive()
        assert current_thread() not in calls

    def test_waits_between_two_calls(self) -> None:
        calls, first = [], Event()

        def call() -> None:
            calls.append(1)
            first.set()

        with repeating(call, WAIT_S):
            assert first.wait(WAIT_S)
        assert calls == [1]

    def test_ends_with_an_error_that_does_not_reach_the_block(self) -> None:
        called = Event()

        def fail() -> None:
            called.set()
            raise RuntimeError

        with repeating(fail, 0.001):
            assert called.wait(WAIT_S)
