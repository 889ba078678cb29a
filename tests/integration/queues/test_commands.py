"""`mara queues` and `mara dead-letters`."""

import json
from uuid import uuid4

import pytest

from functions.queues.keep_dead_letters.handler import handler as keep_dead_letters
from infra.local import dead_letters as commands
from tests.support.cloud import cloud_of_moto
from tests.support.dead_letters import QUEUE, moved, rows

pytestmark = pytest.mark.usefixtures("database")


def die(*ids: str) -> None:
    body = json.dumps({"document_id": str(uuid4())})
    keep_dead_letters({"Records": [moved(id_, body) for id_ in ids]}, None)


class TestCommands:
    def test_list_what_waits(self) -> None:
        die("m-1", "m-2")
        text = commands.show_letters(QUEUE)
        assert text.count("given up by SQS after 5 tries") == 2
        assert text.endswith("2 dead letters wait in ingest-document")

    def test_redrive_all_and_then_nothing(self) -> None:
        die("m-1", "m-2")
        counted = commands.redrive(QUEUE, None, dry_run=True)
        assert counted == "0 decided on, 2 left, 0 unreadable"
        done = commands.redrive(QUEUE, None, dry_run=False)
        assert done == "2 decided on, 0 left, 0 unreadable"
        assert commands.redrive(QUEUE, None, dry_run=False).startswith("0 decided on, 0 left")

    def test_discard_with_a_reason_alone(self) -> None:
        die("m-1")
        with pytest.raises(RuntimeError, match="say why"):
            commands.discard(QUEUE, None, None, dry_run=False)
        commands.discard(QUEUE, None, "Test data", dry_run=False)
        assert rows("state, decided_by") == [("discarded", None)]

    def test_show_each_queue(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(commands, "_point_to_queues", lambda: None)
        die("m-1")
        with cloud_of_moto():
            lines = commands.show_queues().splitlines()
        (line,) = (one for one in lines if one.startswith(QUEUE))
        assert line.split()[1:5] == ["0", "0", "-", "1"]
