"""A run on a module of the product: what is tested is killed, and what is not survives."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.settings import ROOT
from infra.mutants import accepted
from infra.mutants.__main__ import main
from infra.mutants.mutations import mutants_of
from infra.mutants.processes import run_forked
from infra.mutants.report import Report
from infra.mutants.runner import Outcome
from infra.mutants.targets import TARGETS, select, source_of


class TestTargets:
    def test_name_modules_and_folders_that_exist(self) -> None:
        targets = select([])
        assert {"mara.kernel.money", "mara.ledger.service", "mara.search.service.fusion"} <= set(
            targets
        )
        for module, tests in targets.items():
            assert source_of(module).exists()
            assert (ROOT / tests).is_dir()

    def test_refuse_a_name_that_is_none(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["mara.kernel.clock"]) == 2
        assert "none of the targets" in capsys.readouterr().err


class TestAccepted:
    def test_survivors_have_a_reason_and_still_exist(self) -> None:
        for entry in accepted.load():
            source = source_of(entry.module).read_text("utf-8")
            changes = {(mutant.within, mutant.change) for mutant in mutants_of(source)}
            assert (entry.within, entry.change) in changes, entry


class TestReport:
    def test_counts_accepted_survivors_apart(self) -> None:
        report = Report("mara.kernel.money")
        one, other, third = mutants_of("a = 1\nb = 2\nc = 3\n")
        assert not report.add(one, Outcome.KILLED, is_accepted=True)
        assert report.add(other, Outcome.SURVIVED, is_accepted=True)
        assert not report.add(third, Outcome.UNTESTED, is_accepted=False)
        assert report.share == 0.5
        assert report.row().split() == ["mara.kernel.money", "3", "1", "0", "1", "1", "50%"]
        assert report.details() == ["  line 3 in the module, untested: 3 -> (4)"]


class TestLimits:
    def test_end_a_process_by_its_cpu_time(self) -> None:
        """The limit of time on the clock is far away, however busy the machine is."""

        def loop() -> int:
            while True:
                pass

        assert run_forked(loop, cpu_s=0.2) is None

    def test_return_the_status_of_a_process_that_ends(self) -> None:
        assert run_forked(lambda: 7, cpu_s=5) == 7


class TestBaseline:
    """Tests that fail without a mutant would kill every mutant."""

    @pytest.mark.parametrize(
        ("source", "named"),
        [
            (
                "def test_one():\n    assert 1 == 1\n\ndef test_two():\n    assert 1 == 2\n",
                "::test_two",
            ),
            ("import no_such_module\n", "test_some.py"),
            ("def test_one(no_such_fixture):\n    pass\n", "::test_one"),
            ("", "has no tests"),
        ],
        ids=["a test", "an import", "a fixture", "none"],
    )
    def test_that_fails_ends_the_run_and_is_named(
        self,
        source: str,
        named: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        (tmp_path / "test_some.py").write_text(source)
        monkeypatch.setitem(TARGETS, "mara.kernel.money", str(tmp_path))
        assert main(["mara.kernel.money"]) == 2
        printed = capsys.readouterr()
        assert named in printed.err
        assert "mara.kernel.money" not in printed.out

    def test_that_fails_only_after_the_imports_of_other_modules_is_named(
        self, tmp_path: Path
    ) -> None:
        """The warm process has imported what the first run imported."""
        (tmp_path / "test_some.py").write_text(
            "import sys\n\ndef test_order():\n"
            "    assert 'colorsys' not in sys.modules\n    import colorsys\n"
        )
        code = f"""
from infra.mutants.baseline import measure
from infra.mutants.runner import Runner
module, tests = "mara.kernel.money", {str(tmp_path)!r}
Runner(module, tests, measure([module], tests)[module])
"""
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert "fails after the imports of the other tests: " in done.stderr
        assert "test_some.py::test_order" in done.stderr


@pytest.mark.proof
@pytest.mark.parametrize("module", ["mara.kernel.money", "mara.auth.model"])
def test_a_run_kills_what_the_tests_notice(module: str) -> None:
    """A module, and a package that its own modules import."""
    command = [sys.executable, "-m", "infra.mutants", module, "--sample", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    name, mutants, killed, *_ = done.stdout.splitlines()[1].split()
    assert (name, mutants, killed) == (module, "3", "3")
    assert done.returncode == 0
