"""``mara.extraction`` works without the rest of mara."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.settings import ROOT

MARA = ROOT / "shared" / "mara"
SCRIPT = """
import json, sys
from pathlib import Path

import mara
from mara.extraction import extract
from mara.extraction.errors import Unreadable
from mara.extraction.model import Format

blocks = extract(Path("guide.md"), Format.MD).blocks
try:
    extract(Path("broken.pdf"), Format.PDF, timeout_s=10)
except Unreadable as error:
    refusal = error.code
modules = sorted(name for name in sys.modules if name.startswith("mara."))
print(json.dumps([mara.__path__[0], [b.text for b in blocks], refusal, modules]))
"""


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """A folder with a copy of ``mara`` that has nothing but extraction and the error kinds."""
    copy = tmp_path / "mara"
    shutil.copytree(MARA / "extraction", copy / "extraction")
    (copy / "kernel").mkdir()
    for name in ("__init__.py", "kernel/__init__.py", "kernel/errors.py"):
        shutil.copy(MARA / name, copy / name)
    return tmp_path


def test_reads_files_where_the_rest_of_mara_is_missing(alone: Path) -> None:
    (alone / "guide.md").write_text("# Disk full\n\nDelete old logs.\n", "utf-8")
    (alone / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=alone,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(alone)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    path, texts, refusal, modules = json.loads(done.stdout)
    assert path == str(alone / "mara")
    assert texts == ["Delete old logs."]
    assert refusal == "corrupt"
    kernel = {name for name in modules if not name.startswith("mara.extraction")}
    assert kernel == {"mara.kernel", "mara.kernel.errors"}
