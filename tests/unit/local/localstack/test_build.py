"""The built layers are laid on top of one another, as Lambda does in /opt/python."""

from pathlib import Path

import pytest

from infra.local.localstack.build import merge_layers
from infra.local.localstack.stage import LocalStackFailed


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "build"
    write(folder / "MaraLayer" / "python" / "mara" / "a.py", "of MARA")
    write(folder / "CoreLayer" / "python" / "pydantic" / "b.py", "of a library")
    write(folder / "AskAgent" / "handler.py", "of a function")
    return folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_layers_end_up_in_one_folder_and_functions_do_not(built: Path, tmp_path: Path) -> None:
    merge_layers(tmp_path / "merged", built)
    assert files(tmp_path / "merged") == {"mara/a.py": "of MARA", "pydantic/b.py": "of a library"}


def test_a_second_time_writes_nothing(built: Path, tmp_path: Path) -> None:
    assert merge_layers(tmp_path / "merged", built) == 2
    assert merge_layers(tmp_path / "merged", built) == 0


def test_what_changed_is_replaced_and_what_is_gone_is_deleted(built: Path, tmp_path: Path) -> None:
    merge_layers(tmp_path / "merged", built)
    (built / "MaraLayer" / "python" / "mara" / "a.py").write_text("OURS")
    (built / "CoreLayer" / "python" / "pydantic" / "b.py").unlink()
    write(built / "CoreLayer" / "python" / "pydantic" / "new.py", "new")
    assert merge_layers(tmp_path / "merged", built) == 3
    assert files(tmp_path / "merged") == {"mara/a.py": "OURS", "pydantic/new.py": "new"}


def test_without_a_build_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(LocalStackFailed, match="run `sam build`"):
        merge_layers(tmp_path / "merged", tmp_path)
