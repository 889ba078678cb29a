"""Processes of functions that are forked instead of started."""

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.local.emulator.fork_server import PRELOADED, SubprocessModule
from infra.local.emulator.forked_process import ForkedProcess

ECHO = """
import os, sys
for line in sys.stdin:
    print(line.strip(), os.getcwd(), sorted(os.environ), flush=True)
print("the input ended", file=sys.stderr)
sys.exit(3)
"""
Start = Callable[[str], ForkedProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[ForkedProcess] = []

    def start_script(text: str) -> ForkedProcess:
        script = tmp_path / "worker.py"
        script.write_text(text, "utf-8")
        command = [sys.executable, str(script)]
        started.append(SubprocessModule.Popen(command, cwd=str(tmp_path), env={"ONLY": "this"}))
        return started[-1]

    yield start_script
    for process in started:
        process.kill()
        process.wait(10)
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()


def test_it_reads_and_writes_lines_in_its_folder_and_environment(
    start: Start, tmp_path: Path
) -> None:
    process = start(ECHO)
    for text in ("first", "второй"):
        process.stdin.write(text + "\n")
        assert process.stdout.readline() == f"{text} {tmp_path} ['ONLY']\n"


def test_it_ends_at_the_end_of_its_input_although_others_were_forked_after_it(
    start: Start,
) -> None:
    process = start(ECHO)
    start(ECHO)
    assert process.poll() is None
    process.stdin.close()
    assert process.wait(10) == process.poll() == 3
    assert process.stderr.read() == "the input ended\n"


def test_an_error_is_a_trace_on_its_error_stream_and_a_status(start: Start) -> None:
    process = start("raise ValueError('broken')")
    assert process.wait(10) == 1
    assert "ValueError: broken" in process.stderr.read()


def test_it_is_terminated_and_killed(start: Start) -> None:
    process = start(ECHO)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0)
    process.terminate()
    assert process.wait(10) == -15


def test_it_imports_from_the_folder_of_its_script_and_not_from_the_working_folder_of_the_emulator(
    start: Start, tmp_path: Path
) -> None:
    process = start("import sys; print(sys.path[0], sys.argv)")
    assert process.stdout.readline() == f"{tmp_path} ['{tmp_path / 'worker.py'}']\n"


def test_other_commands_are_started_as_before() -> None:
    module = SubprocessModule()
    process = module.Popen(["/bin/echo", "node"], stdout=module.PIPE, text=True, env=os.environ)
    assert process.communicate() == ("node\n", None)


@pytest.mark.parametrize("name", PRELOADED)
def test_what_is_imported_ahead_is_installed(name: str) -> None:
    importlib.import_module(name)
