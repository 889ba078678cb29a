"""Our own layer as a folder that its package points to."""

import os
import runpy
from pathlib import Path

import pytest

from infra.local.layer_folder import KEPT, pointer, put


@pytest.fixture
def package(tmp_path: Path) -> Path:
    package = tmp_path / "source" / "mara"
    (package / "deep" / "__pycache__").mkdir(parents=True)
    (package / "__init__.py").write_text('"""Shared."""\n', "utf-8")
    (package / "deep" / "texts.tsv").write_text("a\tб\n", "utf-8")
    (package / "deep" / "__pycache__" / "old.pyc").write_bytes(b"old")
    return package


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    return tmp_path / "layers"


def test_copies_all_files_but_bytecode(package: Path, layers: Path) -> None:
    copy = put(package, layers)
    names = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    assert names == {"__init__.py", "deep/texts.tsv"}


def test_the_same_content_is_the_same_folder_and_another_content_another(
    package: Path, layers: Path
) -> None:
    first = put(package, layers)
    assert put(package, layers) == first
    (package / "deep" / "texts.tsv").rename(package / "deep" / "words.tsv")
    assert put(package, layers) != first


def test_replaces_what_a_broken_copy_left_behind(package: Path, layers: Path) -> None:
    copy = put(package, layers).parent
    copy.rename(copy.with_suffix(".new"))
    (copy.with_suffix(".new") / "mara" / "extra.py").touch()
    assert not (put(package, layers) / "extra.py").exists()


def test_keeps_the_newest_folders(package: Path, layers: Path) -> None:
    made = []
    for age in range(KEPT + 2, 0, -1):
        (package / "age.py").write_text(f"AGE = {age}\n", "utf-8")
        made.append(put(package, layers).parent)
        os.utime(made[-1], (age * -10 + 1000, age * -10 + 1000))
    assert {path for path in made if path.exists()} == {*made[-KEPT:]}


def test_the_pointer_keeps_what_the_package_says(package: Path, tmp_path: Path) -> None:
    stub = tmp_path / "stub.py"
    stub.write_text(pointer(package), "utf-8")
    found = runpy.run_path(str(stub))
    assert found["__path__"] == [str(package)]
    assert found["__doc__"] == "Shared."
