"""How many processes of functions the emulator keeps."""

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest
from ministack.services import lambda_svc

from infra.local.emulator.workers import limit_consumers, take_idle, within_limit


@dataclass(eq=False)
class Worker:
    last_used: float
    in_use: bool = False


@dataclass
class Runtime:
    """What ministack's module of workers has."""

    _workers: dict[str, list[Worker]] = field(default_factory=dict)
    _lock: Any = field(default_factory=threading.Lock)
    killed: list[Worker] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def kill_workers(self, workers: list[Worker]) -> None:
        self.killed += workers
        self.done.set()

    def acquire(self, name: str) -> tuple[Worker, str]:
        worker = Worker(100.0, in_use=True)
        self._workers.setdefault(name, []).append(worker)
        return worker, "spawn"


def test_the_ones_idle_longest_end_where_there_are_too_many() -> None:
    workers = [Worker(float(n)) for n in range(6)]
    runtime = Runtime({"a": workers[:3], "b": workers[3:]})
    assert take_idle(runtime, 4) == workers[:2]
    assert runtime._workers == {"a": workers[2:3], "b": workers[3:]}


def test_those_that_work_are_left_alone() -> None:
    workers = [Worker(float(n), in_use=n < 5) for n in range(6)]
    runtime = Runtime({"a": workers})
    assert take_idle(runtime, 2) == workers[5:]


def test_none_ends_within_the_limit() -> None:
    runtime = Runtime({"a": [Worker(1.0), Worker(2.0)]})
    assert take_idle(runtime, 2) == []


def test_a_new_process_takes_the_place_of_an_idle_one() -> None:
    old = [Worker(1.0), Worker(2.0)]
    runtime = Runtime({"a": list(old)})
    acquire = within_limit(runtime, runtime.acquire, 2)
    worker, _ = acquire("b")
    assert runtime.done.wait(5)
    assert runtime.killed == old[:1]
    assert runtime._workers["b"] == [worker]


@pytest.mark.parametrize(("allowed", "at_once"), [(20, 4), (4, 4), (2, 2)])
def test_a_queue_starts_no_more_functions_at_once_than_the_cores_can_serve(
    allowed: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lambda_svc, "_sqs_esm_concurrency", lambda *_: allowed)
    limit_consumers(4)
    assert lambda_svc._sqs_esm_concurrency({}, {}, {}) == at_once
