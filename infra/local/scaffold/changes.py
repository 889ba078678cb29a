"""What one `mara new` writes: all of it or, where a step fails, nothing."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.scaffold.files import ScaffoldFailed, formatted
from infra.local.settings import ROOT


class Changes:
    """Files that were written, with what they held before."""

    def __init__(self) -> None:
        self._before: dict[Path, bytes | None] = {}
        self._new_folders: list[Path] = []

    def keep(self, targets: Iterable[Path]) -> None:
        """Remember what the files hold, for `undo`; others write them."""
        for target in targets:
            if target not in self._before:
                self._before[target] = target.read_bytes() if target.exists() else None

    def create(self, path: str, text: str) -> str:
        """Write a file that does not exist yet; return its path. Raises ScaffoldFailed."""
        if (ROOT / path).exists():
            raise ScaffoldFailed(f"{path} exists already")
        return self.write(path, text)

    def append(self, path: str, text: str) -> str:
        """Add text to the end of a file; return its path."""
        return self.write(path, f"{(ROOT / path).read_text('utf-8').rstrip()}\n{text}")

    def replace_once(self, path: str, old: str, new: str) -> str:
        """Replace the only occurrence of ``old``; return the path. Raises ScaffoldFailed."""
        text = (ROOT / path).read_text("utf-8")
        if text.count(old) != 1:
            raise ScaffoldFailed(f"{path}: expected one line {old.strip()!r}; edit it by hand")
        return self.write(path, text.replace(old, new))

    def write(self, path: str, text: str) -> str:
        """Write a file, Python as the formatter lays it out; return its path."""
        target = ROOT / path
        content = formatted(text) if target.suffix == ".py" else text
        self.keep([target])
        missing = [folder for folder in target.parents if not folder.exists()]
        self._new_folders += missing[-1:]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, "utf-8")
        return path

    def undo(self) -> None:
        """Give every file its old content; remove the files and folders that are new."""
        for target, content in self._before.items():
            if content is None:
                target.unlink(missing_ok=True)
            else:
                target.write_bytes(content)
        for folder in self._new_folders:
            shutil.rmtree(folder)


@contextmanager
def all_or_nothing() -> Iterator[Changes]:
    """Collect changes; when the block fails, undo them."""
    changes = Changes()
    try:
        yield changes
    except BaseException:
        changes.undo()
        raise
