"""Limits how many processes of functions the emulator keeps, and starts at once.

ministack keeps the first process of every function for ever, and those of a burst for minutes. A
burst of messages starts as many processes as the queue's concurrency allows. On AWS each has a CPU
of its own; here they share the cores, and twenty cold starts at once end at the function's timeout.
"""

import threading
from collections.abc import Callable
from typing import Any

Worker = Any
Acquire = Callable[..., tuple[Worker | None, str]]


def limit_workers(workers_max: int) -> None:
    """Make the emulator end the process that was idle longest where it has more than these."""
    from ministack.core import lambda_runtime as runtime
    from ministack.services import lambda_svc

    acquire = within_limit(runtime, runtime.acquire_worker, workers_max)
    runtime.acquire_worker = lambda_svc.acquire_worker = acquire


def limit_consumers(at_once_max: int) -> None:
    """Make the emulator run each function of a queue at most this many times at once."""
    from ministack.services import lambda_svc

    concurrency = lambda_svc._sqs_esm_concurrency  # noqa: SLF001 - it has no setting

    def within_cores(*arguments: Any, **options: Any) -> int:
        return min(int(concurrency(*arguments, **options)), at_once_max)

    lambda_svc._sqs_esm_concurrency = within_cores  # noqa: SLF001


def within_limit(runtime: Any, acquire: Acquire, workers_max: int) -> Acquire:
    """Return ``acquire`` followed by the end of idle processes; ``runtime`` has all of them."""

    def acquire_within_limit(*arguments: Any, **options: Any) -> tuple[Worker | None, str]:
        worker, reason = acquire(*arguments, **options)
        if reason == "spawn" and (surplus := take_idle(runtime, workers_max)):
            # Not here: the caller's function need not wait for the others to end.
            threading.Thread(target=runtime.kill_workers, args=(surplus,), daemon=True).start()
        return worker, reason

    return acquire_within_limit


def take_idle(runtime: Any, workers_max: int) -> list[Worker]:
    """Remove as many idle processes from the pools as there are too many; return them."""
    with runtime._lock:  # noqa: SLF001 - the emulator has no other way to limit them
        pools: dict[str, list[Worker]] = runtime._workers  # noqa: SLF001
        everything = [worker for pool in pools.values() for worker in pool]
        idle = sorted(
            (worker for worker in everything if not worker.in_use), key=lambda w: w.last_used
        )
        taken = idle[: max(0, len(everything) - workers_max)]
        for name, pool in list(pools.items()):
            pools[name] = [worker for worker in pool if worker not in taken]
    return taken
