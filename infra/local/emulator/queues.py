"""Keeps the messages of the emulator's queues in a file, so that a kill of it loses none.

ministack holds them in memory. A message is in the file before its sender is answered; one that was
in flight is delivered again, as SQS may do at any time.
"""

import json
import os
import threading
import time
import traceback
from pathlib import Path
from typing import Any

INTERVAL_S = 0.2
"""Between two looks for messages that came from inside, such as notifications of S3."""

Messages = dict[str, list[dict[str, Any]]]


class QueuePersistence:
    """Writes the messages of all queues to ``file``, and puts those that it had at first back."""

    def __init__(self, file: Path) -> None:
        """Read the file of the emulator before, if there is one."""
        self._file = file
        self._lock = threading.Lock()
        self._to_restore: Messages = json.loads(file.read_text("utf-8")) if file.exists() else {}
        """By queue, those to put back once the queue is created again."""
        self._written: dict[str, list[tuple[str, int]]] = {}

    def start(self) -> None:
        """Save the messages continually, in a thread.

        If that fails, the process ends with status 1, so that its supervisor starts it again.
        """
        threading.Thread(target=self._run, name="queue-persistence", daemon=True).start()

    def save(self) -> None:
        """Put back what is missing, and write the file if a message came or went."""
        with self._lock:
            queues = _queues()
            for name in queues.keys() & self._to_restore.keys():
                for message in self._to_restore.pop(name):
                    queues[name].append({**message, "receipt_handle": None, "visible_at": 0.0})
            found = {name: list(messages) for name, messages in queues.items()} | self._to_restore
            seen = {
                name: [(message["id"], message["receive_count"]) for message in messages]
                for name, messages in found.items()
                if messages
            }
            if seen != self._written:
                _write(self._file, {name: found[name] for name in seen})
                self._written = seen

    def _run(self) -> None:
        try:
            while True:
                self.save()
                time.sleep(INTERVAL_S)
        except BaseException:  # noqa: BLE001
            traceback.print_exc()
            os._exit(1)  # sys.exit would end this thread only


def _queues() -> Messages:
    """By name, the list in which the emulator holds the messages of a queue."""
    from ministack.services import sqs

    return {queue["name"]: queue["messages"] for _, queue in sqs._queues.all_items()}  # noqa: SLF001


def _write(file: Path, messages: Messages) -> None:
    """Replace the file atomically; only its owner can read it."""
    staging = file.with_suffix(".new")
    staging.touch(mode=0o600)
    staging.write_text(json.dumps(messages), "utf-8")
    staging.replace(file)
