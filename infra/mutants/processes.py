"""Child processes with a limit of CPU time, which share what their parent has imported."""

import math
import os
import resource
import select
import signal
from collections.abc import Callable

import pytest

from infra.local.settings import ROOT

WALL_FACTOR = 60
"""A child process is killed after so many times its CPU limit: it waits for something."""


def run_forked(run: Callable[[], int], cpu_s: float) -> int | None:
    """Return the exit status of ``run`` in a child process; None where it exceeded its limits."""
    child = os.fork()
    if child == 0:
        _exit_with(run, cpu_s)
    descriptor = os.pidfd_open(child)
    try:
        ended, _, _ = select.select([descriptor], [], [], WALL_FACTOR * cpu_s)
        if not ended:
            os.killpg(child, signal.SIGKILL)
        _, waited = os.waitpid(child, 0)
    finally:
        os.close(descriptor)
    status = os.waitstatus_to_exitcode(waited)
    return None if status in (-signal.SIGKILL, -signal.SIGXCPU) else status


def _exit_with(run: Callable[[], int], cpu_s: float) -> None:
    status = int(pytest.ExitCode.INTERNAL_ERROR)
    try:
        os.setpgid(0, 0)
        os.chdir(ROOT)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(cpu_s), hard))
        status = run()
    finally:
        os._exit(status)
