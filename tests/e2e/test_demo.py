"""`make demo` against the deployed stack, and what its logs show of it."""

import os

import pytest

from infra.local.demo_story import play
from tests.support.confidential import found_in
from tests.support.exchanges import Exchanges
from tests.support.local_cloud import LocalCloud

STEPS = (
    "registered and logged in",
    "answered, confidence",
    "sent",
)
WORK = ("ask_agent", "receive_update", "answer-alerts", "send-telegram", "scan-tron")
"""Operations, queues and a schedule that the story needs."""
LEAST = 200
"""Values that the story exchanges, at least: without them the search would find nothing."""


class TestDemo:
    def test_plays_to_its_end_and_no_log_shows_a_text_or_a_secret_of_it(
        self,
        stack: LocalCloud,
        exchanges: Exchanges,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        for name in os.environ.keys() - stack.environment.keys():
            monkeypatch.delenv(name)
        for name, value in stack.environment.items():
            monkeypatch.setenv(name, value)
        play()
        printed = capsys.readouterr().out
        for step in STEPS:
            assert step in printed
        confidential = exchanges.confidential()
        assert len(confidential) > LEAST
        logs = "\n".join(stack.log_lines())
        for name in WORK:
            assert f'"{name}"' in logs
        assert found_in(logs, confidential) == []
