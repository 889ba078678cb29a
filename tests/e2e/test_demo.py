"""`make demo` against the deployed stack, and what its logs show of it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.confidential import found_in
from tests.support.local_cloud import ROOT, LocalCloud

STEPS = (
    "registered and logged in",
    "answered, confidence",
    "Alertmanager posts DiskAlmostFull",
    "presses",
    "balance:",
)
WORK = ("ask_agent", "receive_update", "answer-alerts", "send-telegram", "scan-tron")
"""Operations, queues and a schedule that the story needs."""
LEAST = 100
"""Values that the story exchanges, at least: without them the search would find nothing."""
TIMEOUT_S = 600


class TestDemo:
    def test_plays_to_its_end_and_no_log_shows_a_text_or_a_secret_of_it(
        self, stack: LocalCloud, tmp_path: Path
    ) -> None:
        file = tmp_path / "values.json"
        played = subprocess.run(
            [sys.executable, "-m", "tests.support.recorded_demo", str(file)],
            cwd=ROOT,
            env=stack.environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert played.returncode == 0, played.stdout + played.stderr
        for step in STEPS:
            assert step in played.stdout
        confidential = json.loads(file.read_text("utf-8"))
        assert len(confidential) > LEAST
        logs = "\n".join(stack.log_lines())
        for name in WORK:
            assert f'"{name}"' in logs
        assert found_in(logs, confidential) == []
