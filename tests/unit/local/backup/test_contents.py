"""What is collected of a stack that works meanwhile: nothing that the database names is missing."""

import json
import threading
import time
from pathlib import Path

import pytest

from infra.local.backup import contents

BUCKET = Path("s3") / "000000000000" / "mara-local-documents"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / BUCKET).mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    return tmp_path / "staging"


class TestObjects:
    def test_that_are_deleted_while_the_database_is_read_are_kept(
        self, home: Path, staging: Path
    ) -> None:
        (home / BUCKET / "a").write_text("of a row")
        contents.link_objects(home, staging)
        (home / BUCKET / "a").unlink()
        contents.link_objects(home, staging)
        assert (staging / BUCKET / "a").read_text() == "of a row"

    def test_that_come_while_the_database_is_read_are_added(
        self, home: Path, staging: Path
    ) -> None:
        contents.link_objects(home, staging)
        (home / BUCKET / "later").write_text("of a row")
        contents.link_objects(home, staging)
        assert (staging / BUCKET / "later").read_text() == "of a row"

    def test_that_are_replaced_meanwhile_are_those_of_before(
        self, home: Path, staging: Path
    ) -> None:
        (home / BUCKET / "a").write_text("before")
        contents.link_objects(home, staging)
        (home / BUCKET / "a.tmp").write_text("after")
        (home / BUCKET / "a.tmp").replace(home / BUCKET / "a")  # as the emulator writes
        contents.link_objects(home, staging)
        assert (staging / BUCKET / "a").read_text() == "before"

    def test_that_are_half_written_or_rebuilt_are_left_out(self, home: Path, staging: Path) -> None:
        (home / BUCKET / "a.tmp").write_text("half")
        packages = home / "s3" / "000000000000" / "mara-local-artifacts"
        packages.mkdir()
        (packages / "layer.zip").write_text("code")
        contents.link_objects(home, staging)
        assert not [path for path in staging.rglob("*") if path.is_file()]


class TestMessages:
    def test_that_came_or_went_meanwhile_are_each_kept_once(self) -> None:
        before = {"ingest": [{"id": "1"}, {"id": "2"}], "emptied": [{"id": "3"}]}
        after = {"ingest": [{"id": "2"}, {"id": "4"}], "new": [{"id": "5"}]}
        merged = contents.merged(before, after)
        assert {name: [one["id"] for one in found] for name, found in merged.items()} == {
            "ingest": ["1", "2", "4"],
            "emptied": ["3"],
            "new": ["5"],
        }


class TestChains:
    def test_are_never_older_than_the_database(self, home: Path, staging: Path) -> None:
        (home / "chains").mkdir()
        state = home / "chains" / "arbitrum.json"
        state.write_text('{"height": 1}')
        read_at = time.time() + 0.2

        def mine() -> None:
            time.sleep(0.4)
            state.write_text('{"height": 2}')

        miner = threading.Thread(target=mine)
        miner.start()
        contents.copy_outside(home, staging, read_at)
        miner.join()
        assert json.loads((staging / "chains" / "arbitrum.json").read_text()) == {"height": 2}

    def test_that_are_half_written_are_read_again(
        self, home: Path, staging: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(contents, "FRESH_TIMEOUT_S", 0.1)
        (home / "chains").mkdir()
        (home / "chains" / "arbitrum.json").write_text('{"height')
        with pytest.raises(RuntimeError, match="being written"):
            contents.copy_outside(home, staging)
