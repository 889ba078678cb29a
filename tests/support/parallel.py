"""Runs a function in several processes at once, each with a database connection of its own."""

from collections.abc import Callable, Sequence
from multiprocessing import get_context
from typing import Any, TypeVar

from mara.platform.database import disconnect

ArgumentT = TypeVar("ArgumentT")


def outcomes(run: Callable[[ArgumentT], str], arguments: Sequence[ArgumentT]) -> list[str]:
    """Return the result of each call, or the name of its exception's class, in any order.

    ``run`` may be a closure: each call has a forked process of its own, and all start together.
    """
    disconnect()  # a forked child must not share our connection
    context = get_context("fork")
    results: Any = context.SimpleQueue()
    start: Any = context.Barrier(len(arguments))

    def call(argument: ArgumentT) -> None:
        start.wait()
        try:
            results.put(run(argument))
        except Exception as error:  # noqa: BLE001 - the outcome is what is tested
            results.put(type(error).__name__)
        finally:
            disconnect()

    processes = [context.Process(target=call, args=(argument,)) for argument in arguments]
    for process in processes:
        process.start()
    found = [results.get() for _ in processes]
    for process in processes:
        process.join()
    return found
