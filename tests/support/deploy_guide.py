"""The commands of infra/docs/deploy.md, to run as they stand there."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from infra.local.settings import ROOT

GUIDE = ROOT / "infra" / "docs" / "deploy.md"
BEGIN, END = "## From an empty AWS account", "### What was tried where"
STEP = re.compile(r"^(\d+)\. ")
CODE = re.compile(r"^ {7,8}(\S.*|  \S.*)$")
TIMEOUT_S = 240


def guide_steps() -> dict[int, list[str]]:
    """The lines of code of each numbered step."""
    text = GUIDE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    steps: dict[int, list[str]] = {}
    number = 0
    for line in text.splitlines():
        if begun := STEP.match(line):
            number = int(begun[1])
            steps[number] = []
        elif code := CODE.match(line):
            steps[number].append(code[1])
    return steps


def commands(number: int, *, without: tuple[str, ...] = ()) -> str:
    """The script of a step, but for its commands with one of the words of ``without``.

    A command goes over the lines that end in a backslash.
    """
    script = "\n".join(guide_steps()[number]).replace("\\\n", " ")
    kept = [line for line in script.splitlines() if not any(word in line for word in without)]
    return "\n".join(kept)


def link_checkout(folder: Path) -> Path:
    """A root of the project for one run alone: workers that run the guide at once share no file."""
    folder.mkdir()
    for entry in ROOT.iterdir():
        (folder / entry.name).symlink_to(entry)
    return folder


def run_script(script: str, checkout: Path, env: Mapping[str, str]) -> str:
    """Run it as a person would, from the root of the project; return what it prints."""
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=checkout,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert run.returncode == 0, f"{script}\n{run.stdout}\n{run.stderr}"
    return run.stdout
