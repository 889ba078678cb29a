"""The program that measures imports in forks of one interpreter; it loads ``json`` alone.

It reads a JSON object ``{label: [module, …]}`` from standard input and
writes ``{label: [modules, cpu_ms, packages]}``: what importing those modules in that order costs.

The labels form a tree by their first modules in common. The interpreter imports such a first
module once, and forks (fork(2)) where the tree branches, so that a branch starts with exactly the
modules that a fresh interpreter would have at that point.
What this program itself loads is not counted, so it loads no ``traceback`` and no ``gc``.
"""

import importlib
import json
import os
import sys
import time

Cost = tuple[int, float, list[str]]
Work = dict[str, list[str]]


def main() -> None:
    """Measure what standard input names; end with status 1 if an import fails."""
    work: Work = json.load(sys.stdin)
    costs = explore(work, len(sys.modules), 0.0)
    json.dump(costs, sys.stdout)


def explore(work: Work, modules_before: int, cpu_ms: float) -> dict[str, Cost]:
    """The costs of all labels below this point of the tree; ``cpu_ms`` is spent already."""
    costs: dict[str, Cost] = {}
    while True:
        branches: dict[str, Work] = {}
        for label, names in work.items():
            if names:
                branches.setdefault(names[0], {})[label] = names[1:]
            else:
                packages = sorted({name.partition(".")[0] for name in sys.modules})
                costs[label] = (len(sys.modules) - modules_before, cpu_ms, packages)
        if len(branches) != 1:
            break
        [(name, work)] = branches.items()
        cpu_ms += cpu_ms_of_import(name)
    for name, rest in branches.items():
        costs.update(in_a_fork(name, rest, modules_before, cpu_ms))
    return costs


def cpu_ms_of_import(name: str) -> float:
    """Import ``name`` in this process; the CPU that it took, in milliseconds."""
    began = time.process_time()
    importlib.import_module(name)
    return (time.process_time() - began) * 1000


def in_a_fork(name: str, rest: Work, modules_before: int, cpu_ms: float) -> dict[str, Cost]:
    """Import ``name`` in a child process and explore ``rest`` there."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os._exit(answer(writing, name, rest, (modules_before, cpu_ms)))
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answered = pipe.read()
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(1)
    costs: dict[str, Cost] = json.loads(answered)
    return costs


def answer(pipe: int, name: str, rest: Work, so_far: tuple[int, float]) -> int:
    """In the child: write the costs as JSON; return the exit status."""
    modules_before, cpu_ms = so_far
    try:
        cpu_ms += cpu_ms_of_import(name)
        with os.fdopen(pipe, "w") as out:
            json.dump(explore(rest, modules_before, cpu_ms), out)
    except BaseException:  # noqa: BLE001 - the parent ends with the traceback shown
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


if __name__ == "__main__":
    main()
