"""Real alerts on the deployed stack, while the processes that work on them are killed."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.benches import run_bench
from tests.support.knowledge import data_folder
from tests.support.local_cloud import LocalCloud, until
from tests.support.processes import kill

pytestmark = pytest.mark.proof

KILLS = 10
WORKERS = ("answer-alerts", "post-alerts", "send-telegram")
PAUSE_S = 7.0
"""Not in step with the alerts: processes are killed at any point of their work."""
RIGHT_MIN, ANSWERED_MAX = 0.97, 0.03
SIZES = json.dumps({"SHOWN_WITHIN_S": 300.0})
"""A message whose worker was killed comes back when its visibility timeout is over."""


class TestRealAlerts:
    def test_get_the_section_of_their_runbook_though_workers_are_killed(
        self, stack: LocalCloud
    ) -> None:
        """Alerts of products that have no runbook are refused."""
        folder = data_folder("runbooks-dev")
        foreign = data_folder("alerts-foreign") / "alerts.json"
        with killed_workers(stack) as killed:
            printed = _measured(stack, folder, foreign)
        assert len(killed) == KILLS
        known, unknown = _tallies(printed)
        names = {_name(item) for item in json.loads((folder / "alerts.json").read_text("utf-8"))}
        # Alerts of one name are one question, and share a message.
        assert known["right"] / len(names) >= RIGHT_MIN, printed
        assert known["wrong"] == 0, printed
        assert unknown["wrong"] / unknown["alerts"] <= ANSWERED_MAX, printed

    def test_whose_runbook_was_taken_out_get_none(self, stack: LocalCloud, tmp_path: Path) -> None:
        known, taken_out = _halves(data_folder("runbooks-dev"), tmp_path)
        first, second = _tallies(_measured(stack, known, taken_out))
        assert first["right"] > 0
        assert second["wrong"] / second["alerts"] <= ANSWERED_MAX


@contextmanager
def killed_workers(stack: LocalCloud) -> Iterator[list[int]]:
    """Kill a process of each kind in turn during the block, ten in all; give their ids."""
    killed: list[int] = []
    ended = threading.Event()

    def kill_in_turn() -> None:
        while len(killed) < KILLS and not ended.is_set():
            worker = WORKERS[len(killed) % len(WORKERS)]
            running = [pid for pid in stack.processes_in(worker) if pid not in killed]
            if running:
                kill(running[0])
                killed.append(running[0])
            ended.wait(PAUSE_S)

    thread = threading.Thread(target=kill_in_turn)
    thread.start()
    try:
        yield killed
        until("ten workers were killed", lambda: len(killed) == KILLS)
    finally:
        ended.set()
        thread.join()


def _measured(stack: LocalCloud, folder: Path, foreign: Path) -> str:
    environment = {"MARA_ALERT_SET": str(folder), "MARA_FOREIGN_ALERTS": str(foreign)}
    return run_bench("alerting", SIZES, {**stack.environment, **environment})


def _tallies(printed: str) -> list[dict[str, int]]:
    """What the benchmark counted: first of the alerts with a runbook, then of the others."""
    line = re.compile(r"^(\d+) alerts .*: right (\d+), wrong (\d+), refused (\d+)$", re.MULTILINE)
    names = ("alerts", "right", "wrong", "refused")
    return [
        dict(zip(names, map(int, found.groups()), strict=True)) for found in line.finditer(printed)
    ]


def _halves(folder: Path, target: Path) -> tuple[Path, Path]:
    """A set with every other runbook and its alerts, and a file of the other alerts."""
    alerts = json.loads((folder / "alerts.json").read_text("utf-8"))
    kept = set(sorted({item["expected_runbook"] for item in alerts})[::2])
    for path in (folder / "runbooks").rglob("*.md"):
        if path.name in {Path(name).name for name in kept}:
            copy = target / "runbooks" / path.relative_to(folder / "runbooks")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    mine = [item for item in alerts if item["expected_runbook"] in kept]
    others = [item for item in alerts if item["expected_runbook"] not in kept]
    (target / "alerts.json").write_text(json.dumps(mine), "utf-8")
    (target / "taken-out.json").write_text(json.dumps(others), "utf-8")
    return target, target / "taken-out.json"


def _name(item: Any) -> str:
    return str(item["payload"]["alerts"][0]["labels"]["alertname"])
