"""Names and files of what is created; nothing that exists is overwritten."""

import re
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


def create(path: str, text: str) -> str:
    """Write a file that does not exist yet; return its path. Raises ScaffoldFailed."""
    target = ROOT / path
    if target.exists():
        raise ScaffoldFailed(f"{path} exists already")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")
    return path


def append(path: str, text: str) -> str:
    """Add text to the end of a file; return its path."""
    target = ROOT / path
    target.write_text(f"{target.read_text('utf-8').rstrip()}\n{text}", "utf-8")
    return path


def replace_once(path: str, old: str, new: str) -> str:
    """Replace the only occurrence of ``old``; return the path. Raises ScaffoldFailed."""
    target = ROOT / path
    text = target.read_text("utf-8")
    if text.count(old) != 1:
        raise ScaffoldFailed(f"{path}: expected one line {old.strip()!r}; edit it by hand")
    target.write_text(text.replace(old, new), "utf-8")
    return path


def domain_folder(name: str) -> Path:
    """The folder of an existing domain. Raises ScaffoldFailed."""
    folder = ROOT / "shared" / "mara" / name
    if not (folder / "__init__.py").exists():
        raise ScaffoldFailed(f"there is no domain {name}: run `mara new domain {name}` first")
    return folder
