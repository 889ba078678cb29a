"""Names are given in one step, and replace nothing."""

from pathlib import Path

import pytest

from infra.local.backup.swap import exchange, flush, rename_to_new


class TestExchange:
    def test_gives_each_folder_the_name_of_the_other(self, tmp_path: Path) -> None:
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            (tmp_path / name / name).touch()
        exchange(tmp_path / "one", tmp_path / "other")
        assert [path.name for path in (tmp_path / "one").iterdir()] == ["other"]
        assert [path.name for path in (tmp_path / "other").iterdir()] == ["one"]

    def test_changes_nothing_where_one_is_missing(self, tmp_path: Path) -> None:
        (tmp_path / "one").mkdir()
        with pytest.raises(FileNotFoundError):
            exchange(tmp_path / "one", tmp_path / "other")
        assert (tmp_path / "one").is_dir()


class TestRenameToNew:
    def test_gives_a_name(self, tmp_path: Path) -> None:
        (tmp_path / "one").write_text("1")
        rename_to_new(tmp_path / "one", tmp_path / "other")
        assert [path.name for path in tmp_path.iterdir()] == ["other"]

    def test_replaces_nothing(self, tmp_path: Path) -> None:
        for name in ("one", "other"):
            (tmp_path / name).write_text(name)
        with pytest.raises(FileExistsError):
            rename_to_new(tmp_path / "one", tmp_path / "other")
        assert (tmp_path / "other").read_text() == "other"


class TestFlush:
    def test_takes_a_folder(self, tmp_path: Path) -> None:
        flush(tmp_path)
        with pytest.raises(FileNotFoundError):
            flush(tmp_path / "missing")
