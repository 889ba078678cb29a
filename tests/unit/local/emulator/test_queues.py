"""Messages of the emulator's queues survive a kill of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ministack.services import sqs

from infra.local.emulator.queues import QueuePersistence

NAME = "mara-local-ingest-document"


@pytest.fixture(autouse=True)
def no_queues() -> Iterator[None]:
    sqs._queues.clear()
    yield
    sqs._queues.clear()


def create_queue(name: str = NAME) -> dict[str, Any]:
    queue: dict[str, Any] = {"name": name, "messages": []}
    sqs._queues[f"http://localhost/{name}"] = queue
    return queue


def message(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "body": f"b{number}", "receive_count": 0, "visible_at": 0.0} | more


def bodies(queue: dict[str, Any]) -> list[str]:
    return [message["body"] for message in queue["messages"]]


def test_are_put_back_when_their_queue_is_created_again(tmp_path: Path) -> None:
    persistence, queue = QueuePersistence(tmp_path / "queues.json"), create_queue()
    queue["messages"] += [message(1), message(2, receipt_handle="r", visible_at=9e12)]
    persistence.save()

    sqs._queues.clear()
    again = QueuePersistence(tmp_path / "queues.json")
    again.save()
    new = create_queue()
    new["messages"].append(message(3))
    again.save()
    assert sorted(bodies(new)) == ["b1", "b2", "b3"]
    assert all(m["visible_at"] == 0.0 for m in new["messages"])  # in flight: delivered again
    again.save()
    assert len(new["messages"]) == 3


def test_are_not_lost_by_a_second_kill_before_the_queues_are_there(tmp_path: Path) -> None:
    persistence, queue = QueuePersistence(tmp_path / "queues.json"), create_queue()
    queue["messages"].append(message(1))
    persistence.save()
    sqs._queues.clear()
    QueuePersistence(tmp_path / "queues.json").save()
    last = QueuePersistence(tmp_path / "queues.json")
    new = create_queue()
    last.save()
    assert bodies(new) == ["b1"]


def test_that_were_consumed_do_not_come_back(tmp_path: Path) -> None:
    persistence, queue = QueuePersistence(tmp_path / "queues.json"), create_queue()
    queue["messages"].append(message(1))
    persistence.save()
    queue["messages"].clear()
    persistence.save()
    assert json.loads((tmp_path / "queues.json").read_text()) == {}


def test_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    persistence, queue = QueuePersistence(tmp_path / "queues.json"), create_queue()
    queue["messages"].append(message(1))
    persistence.save()
    assert (tmp_path / "queues.json").stat().st_mode & 0o077 == 0


FAILS = """
import sys, threading
from pathlib import Path
from ministack.services import sqs
from infra.local.emulator.queues import QueuePersistence

sqs._queues["http://localhost/q"] = {"name": "q", "messages": [{"id": "1", "receive_count": 0}]}
QueuePersistence(Path(sys.argv[1])).start()
threading.Event().wait(60)
"""


def test_that_cannot_be_written_end_the_process_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "no such folder" / "queues.json"
    run = subprocess.run(
        [sys.executable, "-c", FAILS, file], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "FileNotFoundError" in run.stderr
