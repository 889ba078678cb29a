"""Programs that take long tell their progress, and those that fail the end of their output."""

import os
import sys
from pathlib import Path

import pytest

from infra.local.localstack import programs
from infra.local.localstack.stage import LocalStackFailed


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "program.log"


def run(code: str, log: Path, limit_s: float = 30.0) -> None:
    programs.run([sys.executable, "-uc", code], env=os.environ, log=log, limit_s=limit_s)


def test_one_that_ends_is_silent(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("print('done')", log)
    assert capsys.readouterr().out == ""
    assert log.read_text() == "done\n"


def test_one_that_fails_is_named_with_the_end_of_its_output(log: Path) -> None:
    with pytest.raises(LocalStackFailed) as failure:
        run("print('first'); print('why'); raise SystemExit(3)", log)
    assert "-uc" in str(failure.value)
    assert str(failure.value).endswith("first\nwhy")


def test_one_that_takes_long_shows_its_latest_line(
    log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "REPORT_EVERY_S", 0.2)
    until_reported = "import time; print('step 4 of 7\\n-----'); time.sleep(1)"
    run(until_reported, log)
    assert "step 4 of 7" in capsys.readouterr().out


def test_one_that_hangs_is_ended(log: Path, tmp_path: Path) -> None:
    told = f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))"
    hangs = f"import os, pathlib, time; {told}; time.sleep(600)"
    with pytest.raises(LocalStackFailed, match="Not done after 5 s: no output yet"):
        run(hangs, log, limit_s=5)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
