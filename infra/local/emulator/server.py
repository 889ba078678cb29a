"""The AWS emulator's process: ministack with signature checks and forked functions.

Run as ``python -m infra.local.emulator.server``; infra/local/emulator/process.py starts it.
"""

import os
from pathlib import Path

from infra.local.emulator.fork_server import fork_functions
from infra.local.emulator.gate import EmulatorGate
from infra.local.emulator.log_streams import name_log_streams
from infra.local.emulator.queues import QueuePersistence
from infra.local.emulator.schedules import spread_schedules
from infra.local.emulator.workers import limit_consumers, limit_workers

WORKERS_MAX = 32
"""Processes of functions, running or idle; above it, the longest idle ones are stopped."""

CONSUMERS_MAX = max(4, os.cpu_count() or 1)
"""Processes of one queue's function at once. Several, as some of them wait for a server."""


def main() -> None:
    """Run the emulator until SIGTERM."""
    from ministack import app as ministack

    # The import above has configured the emulator's own logging; functions must not inherit it.
    os.environ.pop("LOG_LEVEL", None)
    fork_functions()
    limit_workers(WORKERS_MAX)
    limit_consumers(CONSUMERS_MAX)
    spread_schedules()
    name_log_streams()
    queues = QueuePersistence(Path(os.environ.pop("MARA_QUEUES_FILE")))
    queues.start()
    secret = os.environ["AWS_SECRET_ACCESS_KEY"]
    ministack.app = EmulatorGate(ministack.app, secret, before_answer=queues.save)
    ministack.main()


if __name__ == "__main__":
    main()
