"""Reading one file in several processes at once."""

import os
import signal
from collections.abc import Callable

import pytest

from mara.extraction import limits
from mara.extraction.errors import Unreadable
from mara.extraction.parallel import map_in_processes

COUNT = 100
LAST = COUNT - 1


def failing(fail: Callable[[], object]) -> Callable[[range], list[int]]:
    def work(numbers: range) -> list[int]:
        if LAST in numbers:
            fail()
        return list(numbers)

    return work


class TestInShares:
    def test_gives_the_results_in_order(self) -> None:
        found = map_in_processes(
            lambda numbers: [(n, os.getpid()) for n in numbers], COUNT, at_least=1
        )
        assert found is not None
        assert [number for number, _ in found] == list(range(COUNT))
        assert len({process for _, process in found}) == limits.PROCESSES_MAX
        assert os.getpid() not in {process for _, process in found}

    def test_gives_more_than_a_pipe_holds(self) -> None:
        assert map_in_processes(lambda part: ["x" * 100_000 for _ in part], 20, at_least=1) == (
            ["x" * 100_000] * 20
        )

    def test_is_not_done_for_a_few(self) -> None:
        assert map_in_processes(list, COUNT, at_least=COUNT) is None

    @pytest.mark.parametrize(
        "fail",
        [
            lambda: 1 / 0,
            lambda: os._exit(9),
            lambda: os.kill(os.getpid(), signal.SIGKILL),
            lambda: bytearray(limits.MEMORY_BYTES // limits.PROCESSES_MAX),
        ],
        ids=["raises", "exits", "is killed", "takes more memory than its part"],
    )
    def test_leaves_all_to_be_done_alone_where_one(self, fail: Callable[[], object]) -> None:
        assert map_in_processes(failing(fail), COUNT, at_least=1) is None

    def test_takes_no_more_time_than_one_file_may(self) -> None:
        out_of_time = failing(lambda: os.kill(os.getpid(), signal.SIGXCPU))
        with pytest.raises(Unreadable) as refusal:
            map_in_processes(out_of_time, COUNT, at_least=1)
        assert refusal.value.code == "too_large"
