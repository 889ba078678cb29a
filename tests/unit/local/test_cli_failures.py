"""What a command says where it fails: one sentence, and a traceback for errors of the code."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from infra.local import cli, stacks
from infra.local.cli import COMMANDS, NEED_NO_STACK, OF_A_STOPPED_STACK, main
from infra.local.cli_failures import READER_GONE, Acting
from infra.local.settings import ROOT
from mara.kernel.unit_of_work import DatabaseUnavailable
from mara.queues.errors import QueueNotFound
from tests.support.local_cloud import inherited_environment

LINES = {
    "audit": "audit verify",
    "chain": "chain mine",
    "clock": "clock advance 1d --user you@example.com",
    "dead-letters": "dead-letters list ingest-document",
    "demo": "demo",
    "evaluate": "evaluate 0190b3a2-7c11-7def-8a44-0123456789ab",
    "faucet": "faucet 0x091db56d2269f287f67c24d7795cf893093241e6 5",
    "invoke": "invoke log_in",
    "ledger": "ledger verify",
    "logs": "logs --no-follow",
    "mail": "mail",
    "queues": "queues",
    "redeploy": "redeploy",
    "reindex": "reindex",
    "secrets": "secrets rotate tokens",
    "ship-again": "ship-again",
    "superuser": "superuser you@example.com",
    "telegram": "telegram show",
    "vault": "vault rewrap",
}
OF_THE_STACK = Acting(on_the_stack=True, on_a_named_database=False)
OF_A_DATABASE = Acting(on_the_stack=False, on_a_named_database=True)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a stack that is down, and no variable of another one.

    Commands set variables, which end with the test.
    """
    variables = dict(os.environ)
    monkeypatch.setenv("MARA_HOME", str(tmp_path))
    monkeypatch.setattr(cli, "load_env_file", lambda: None)
    for name in ("MARA_PORT_BASE", "MARA_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path
    os.environ.clear()
    os.environ.update(variables)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack runs, as far as its supervisor goes."""
    monkeypatch.setattr(stacks, "supervisor_of", lambda _: 1)


class TestStackThatIsDown:
    @pytest.mark.parametrize("line", [*LINES.values(), "chain rescan --from 1 --to 2"])
    def test_is_named_alike_by_every_command(
        self, line: str, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(line.split()) == 1
        remedy = f"the stack in {home} is down: start it with MARA_HOME={home} make up"
        assert capsys.readouterr().err == f"\nmara: {remedy}\n"

    def test_concerns_all_commands_but_those_that_need_none(self) -> None:
        assert LINES.keys() == COMMANDS.keys() - NEED_NO_STACK - OF_A_STOPPED_STACK

    @pytest.mark.parametrize("line", ["queues", "evaluate x", "chain rescan --from 1 --to 2"])
    def test_does_not_matter_where_a_database_is_named(
        self, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("MARA_DATABASE_URL", "postgresql://mara_app@127.0.0.1:9/none")
        assert main(line.split()) == 1
        assert "is down" not in capsys.readouterr().err


class TestServerThatDoesNotAnswer:
    @pytest.mark.parametrize(
        "error",
        [
            psycopg.OperationalError("connection refused\n\tIs the server running?"),
            httpx.ConnectError("refused"),
            EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
            DatabaseUnavailable("Try again in a few seconds."),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_is_one_of_the_stack(self, error: Exception, runs: None, home: Path) -> None:
        said = OF_THE_STACK.sentence_of(error)
        assert said is not None
        assert f"`MARA_HOME={home} make status` shows the servers" in said
        assert "MARA_DATABASE_URL" not in said

    def test_is_no_news_where_the_stack_was_stopped_meanwhile(self) -> None:
        said = OF_THE_STACK.sentence_of(httpx.ConnectError("refused"))
        assert said is not None
        assert "is down: start it" in said

    def test_is_the_database_that_the_operator_named(self) -> None:
        said = OF_A_DATABASE.sentence_of(psycopg.OperationalError("refused"))
        assert said == "the database at MARA_DATABASE_URL does not answer: refused"


class TestRefusals:
    def test_of_the_product_are_its_words(self) -> None:
        said = OF_THE_STACK.sentence_of(QueueNotFound("See the list."))
        assert said == "There is no such queue: See the list."

    def test_of_aws_for_want_of_credentials_are_its_words(self) -> None:
        denied = ClientError({"Error": {"Code": "AccessDeniedException"}}, "ListObjectsV2")
        for error in (denied, NoCredentialsError()):
            assert OF_THE_STACK.sentence_of(error) == f"AWS: {error}"

    def test_of_aws_for_any_other_reason_are_errors_of_the_code(self) -> None:
        wrong = ClientError({"Error": {"Code": "ValidationException"}}, "ListObjectsV2")
        assert OF_THE_STACK.sentence_of(wrong) is None


class TestFiles:
    @pytest.mark.parametrize("command", ["backup", "restore"])
    def test_that_the_command_names_and_that_are_missing(
        self,
        command: str,
        home: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        if command == "backup":
            (home / "postgres").mkdir()
            (home / "postgres" / "PG_VERSION").write_text("17")
        monkeypatch.setenv("MARA_BACKUP_PASSPHRASE", "correct horse battery")
        file = home / "missing" / "backup"
        assert main([command, str(file)]) == 1
        said = capsys.readouterr().err
        assert str(home / "missing") in said
        assert "No such file or directory" in said

    def test_of_the_code_that_are_missing_keep_their_traceback(self) -> None:
        missing = FileNotFoundError(2, "No such file or directory", "/usr/share/of-the-code")
        assert Acting(False, False, ("/tmp/backup",)).sentence_of(missing) is None  # noqa: S108


@pytest.mark.parametrize("error", [KeyError("a"), TypeError("b"), AssertionError("c")])
def test_an_error_of_the_code_keeps_its_traceback(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> int:
        raise error

    monkeypatch.setitem(COMMANDS, "status", (fail, "fails"))
    with pytest.raises(type(error)):
        main(["status"])


class TestOutput:
    def test_may_be_read_in_part(self, home: Path) -> None:
        """As by `head`: neither a traceback nor a line of Python's about its last flush."""
        assert _run_without_a_reader("status", home) == (READER_GONE, b"")

    def test_that_is_read_ends_as_usual(self, home: Path) -> None:
        run = _run("status", home, stdout=subprocess.PIPE)
        assert (run.returncode, run.stderr) == (1, b"")


def _run_without_a_reader(command: str, home: Path) -> tuple[int, bytes]:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        run = _run(command, home, stdout=writer)
    finally:
        os.close(writer)
    return run.returncode, run.stderr


def _run(command: str, home: Path, *, stdout: int) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "infra.local.cli", command],
        cwd=ROOT,
        env={**inherited_environment(), "MARA_HOME": str(home)},
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )
