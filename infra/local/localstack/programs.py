"""Runs a program to its end and prints its progress while it takes."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from infra.local.localstack.stage import LocalStackFailed
from infra.local.settings import ROOT

REPORT_EVERY_S = 10.0
POLL_S = 0.2
LINES_SHOWN = 20
LINE_LENGTH = 100


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: Path,
    limit_s: float,
    progress: Callable[[], str] | None = None,
) -> None:
    """Run ``command`` in the root of the checkout; its output goes to ``log``.

    Every ten seconds a line of progress is printed; by default the latest line of the output.
    Raises LocalStackFailed with the end of the output.
    """
    tell = progress or (lambda: _last_line(log))
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, tell, limit_s)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if process.returncode != 0:
        name = " ".join(str(part) for part in command[:3])
        end = "\n".join(_lines(log)[-LINES_SHOWN:])
        raise LocalStackFailed(f"`{name}` failed. The end of {log}:\n{end}")


def _wait(process: "subprocess.Popen[bytes]", tell: Callable[[], str], limit_s: float) -> None:
    began = time.monotonic()
    report_at = began + REPORT_EVERY_S
    while process.poll() is None:
        now = time.monotonic()
        if now > began + limit_s:
            raise LocalStackFailed(f"Not done after {limit_s:.0f} s: {tell()}")
        if now > report_at:
            report_at = now + REPORT_EVERY_S
            report(f"{now - began:.0f} s: {tell()}")
        time.sleep(POLL_S)


def report(line: str) -> None:
    """Print a line of progress below the name of the step."""
    print(f"\n      {line}", end="", flush=True)


def _last_line(log: Path) -> str:
    lines = [line for line in _lines(log) if line.strip(" -+|")]
    return lines[-1].strip()[:LINE_LENGTH] if lines else "no output yet"


def _lines(log: Path) -> list[str]:
    return log.read_text("utf-8", "replace").splitlines()
