"""Names of what is created, in each spelling, and how they are imported."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from infra.local.settings import ROOT

SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class ScaffoldFailed(RuntimeError):
    """A name is not usable, or something exists already."""


def snake(name: str) -> str:
    """``translate-document`` and ``translate_document`` are one name. Raises ScaffoldFailed."""
    found = name.replace("-", "_")
    if not SNAKE.fullmatch(found):
        raise ScaffoldFailed(f"{name!r}: use lower-case words joined by _ or -, as in list_formats")
    return found


def camel(name: str) -> str:
    """``ingest_report`` becomes ``IngestReport``."""
    return name.title().replace("_", "")


def kebab(name: str) -> str:
    """``translate_document`` becomes ``translate-document``."""
    return name.replace("_", "-")


def sentence(text: str) -> str:
    """End the text with a full stop; a docstring's first line needs one."""
    return text if text.endswith(".") else f"{text}."


def capitalized(text: str) -> str:
    """The text as a sentence with a capital letter, for the docstring of a function."""
    return sentence(text[:1].upper() + text[1:])


def import_line(module: str, names: Iterable[str]) -> str:
    """The import of names, in the order of the linter; `formatted` wraps it where it is long."""
    ordered = sorted(names, key=lambda name: (name[0].islower(), name))
    return f"from {module} import {', '.join(ordered)}\n"


def formatted(text: str) -> str:
    """The Python source as the formatter lays it out. Raises ScaffoldFailed."""
    command = [sys.executable, "-m", "ruff", "format", "-", "--stdin-filename", "new.py"]
    done = subprocess.run(
        command, cwd=ROOT, input=text, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ScaffoldFailed(f"the formatter failed: {done.stderr.strip()}")
    return done.stdout


def domain_folder(name: str) -> Path:
    """The folder of an existing domain. Raises ScaffoldFailed."""
    folder = ROOT / "shared" / "mara" / name
    if not (folder / "__init__.py").exists():
        raise ScaffoldFailed(f"there is no domain {name}: run `mara new domain {name}` first")
    return folder
