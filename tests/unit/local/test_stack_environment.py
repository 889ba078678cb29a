"""The environment of a running stack does not change with the developer's."""

import subprocess
from pathlib import Path

import pytest

from infra.local import stack_environment


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The packages of a small environment that takes the place of .venv."""
    venv = tmp_path / ".venv"
    found = venv / "lib" / "python3.11" / "site-packages"
    (found / "pack").mkdir(parents=True)
    (found / "pack" / "__init__.py").write_text("WORTH = 1\n")
    monkeypatch.setattr(stack_environment, "FOLDER", venv / "stack")
    monkeypatch.setattr("sys.prefix", str(venv))
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(found))
    return found


def worth(python: str) -> str:
    program = "import pack; print(pack.WORTH)"
    run = subprocess.run([python, "-c", program], check=True, capture_output=True, text=True)
    return run.stdout.strip()


def test_keeps_a_package_that_is_removed_or_replaced(packages: Path) -> None:
    python = stack_environment.python()
    assert worth(python) == "1"
    module = packages / "pack" / "__init__.py"
    module.unlink()
    module.write_text("WORTH = 2\n")
    assert worth(python) == "1"
    module.unlink()
    assert worth(python) == "1"
    assert stack_environment.python() == python


def test_takes_no_room_of_its_own(packages: Path) -> None:
    stack_environment.python()
    assert (packages / "pack" / "__init__.py").stat().st_nlink == 2


def test_another_lock_file_has_another_environment(
    packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = stack_environment.python()
    monkeypatch.setattr(stack_environment, "key", lambda: "0123456789abcdef")
    assert stack_environment.python() != first
    assert worth(first) == "1"


def test_old_ones_are_removed(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        monkeypatch.setattr(stack_environment, "key", lambda n=number: f"key{n}")
        stack_environment.python()
    kept = {folder.name for folder in stack_environment.FOLDER.iterdir()}
    assert len(kept) == stack_environment.KEPT
    assert "key4" in kept
