"""The process of the AWS emulator: ministack behind a check of signatures, with fewer workers.

Run as ``python -m infra.local.emulator.server``; infra/local/emulator/process.py starts it.
"""

import os
from pathlib import Path

from infra.local.emulator.gate import EmulatorGate
from infra.local.emulator.queues import QueueKeeper
from infra.local.emulator.workers import limit_workers

WORKERS_MAX = 32
"""Processes of functions: warm ones beyond it end, the one that was idle longest first."""


def main() -> None:
    """Serve until SIGTERM."""
    from ministack import app as ministack

    # The emulator has read its own level; the functions would inherit it.
    os.environ.pop("LOG_LEVEL", None)
    limit_workers(WORKERS_MAX)
    queues = QueueKeeper(Path(os.environ.pop("MARA_QUEUES_FILE")))
    queues.start()
    secret = os.environ["AWS_SECRET_ACCESS_KEY"]
    ministack.app = EmulatorGate(ministack.app, secret, before_answer=queues.save)
    ministack.main()


if __name__ == "__main__":
    main()
